/* PJSIP's compile-time settings for Hold Slayer; copied to pjlib/include/pj/config_site.h. */

#define PJ_HAS_IPV6                 1

/* PJSUA stops at 4 calls by default. The ioqueue needs several handles per call and keeps closed ones for 500 ms. */
#define PJSUA_MAX_CALLS             128
#define PJSUA_MAX_ACC               16
#define PJSUA_MAX_PLAYERS           128
#define PJSUA_MAX_RECORDERS         128
#define PJSUA_MAX_CONF_PORTS        512
#define PJ_IOQUEUE_MAX_HANDLES      1024

#define PJMEDIA_HAS_VIDEO           0
