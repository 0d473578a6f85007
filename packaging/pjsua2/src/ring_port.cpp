/* SPDX: GPL-3.0-or-later */
#include "ring_port.hpp"

namespace hold_slayer {
namespace {

/* How many times the library was shut down. A port of an earlier run was freed with its pools; touching it would be a
 * use after free. */
unsigned library_runs = 0;
bool counting = false;

void count_shutdown()
{
    ++library_runs;
    counting = false;
}

pj_status_t destroy_port(pjmedia_port *port)
{
    RingPort *ring_port = static_cast<RingPort *>(port->port_data.pdata);
    pj_pool_t *pool = ring_port->pool;
    delete ring_port;
    pj_pool_release(pool);
    return PJ_SUCCESS;
}

}  // namespace

void refuse(pj_status_t status, const char *operation, const char *reason)
{
    throw pj::Error(status, operation, reason, "hold_slayer", 0);
}

RingMedia::RingMedia() : port_(nullptr), library_run_(0) {}

void RingMedia::check(int clock_rate, int frame_ms, int ring_bytes) const PJSUA2_THROW(pj::Error)
{
    if (port_)
        refuse(PJ_EEXISTS, "create", "this port has been created before");
    if (clock_rate < 8000 || clock_rate > 192000)
        refuse(PJ_EINVAL, "create", "clockRate must be 8000 to 192000 Hz");
    if (frame_ms < 1 || frame_ms > 1000 || clock_rate * frame_ms % 1000)
        refuse(PJ_EINVAL, "create", "frameMs must be 1 to 1000 ms and a whole number of samples");
    if (ring_bytes % 2 || ring_bytes < clock_rate * frame_ms / 1000 * 2)
        refuse(PJ_EINVAL, "create", "ringBytes must be even and hold at least one frame");
}

void RingMedia::attach(RingPort *port, const std::string &name, int clock_rate, int frame_ms, FrameCallback *put,
                       FrameCallback *get) PJSUA2_THROW(pj::Error)
{
    pj_pool_t *pool = pjsua_pool_create("ring%p", 1024, 512);
    if (!pool) {
        delete port;
        refuse(PJ_ENOMEM, "create", "");
    }
    const unsigned samples = static_cast<unsigned>(clock_rate) * frame_ms / 1000;
    pj_str_t port_name;
    pj_strdup2_with_null(pool, &port_name, name.c_str());
    pj_bzero(&port->base, sizeof(port->base));
    port->pool = pool;
    port->frame_bytes = samples * 2;
    pjmedia_port_info_init(&port->base.info, &port_name, PJMEDIA_SIG_CLASS_APP('H', 'S', (put ? 'T' : 'F')),
                           static_cast<unsigned>(clock_rate), 1, 16, samples);
    port->base.info.dir = put ? PJMEDIA_DIR_ENCODING : PJMEDIA_DIR_DECODING;
    port->base.port_data.pdata = port;
    port->base.put_frame = put;
    port->base.get_frame = get;
    port->base.on_destroy = &destroy_port;
    pj_status_t status = pjmedia_port_init_grp_lock(&port->base, pool, NULL);
    if (status != PJ_SUCCESS) {
        delete port;
        pj_pool_release(pool);
        refuse(status, "create", "");
    }
    port_ = port;
    if (!counting)
        counting = pj_atexit(&count_shutdown) == PJ_SUCCESS;
    library_run_ = library_runs;
    registerMediaPort2(&port->base, pool);
}

RingMedia::~RingMedia()
{
    if (!port_)
        return;
    if (library_run_ != library_runs || pjsua_get_state() == PJSUA_STATE_NULL) {
        /* the bridge and all pools went with the library; only this was left */
        delete port_;
        return;
    }
    /* both only ask: the bridge lets go on its own clock, and then destroy_port runs */
    try {
        unregisterMediaPort();
    } catch (const pj::Error &) {
        /* the bridge is gone already */
    }
    pjmedia_port_destroy(&port_->base);
}

}  // namespace hold_slayer
