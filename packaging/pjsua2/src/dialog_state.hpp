/* What a BYE needs, so that a leg can be ended after its process has died. SPDX: GPL-3.0-or-later */
#pragma once

#include <pjsua2.hpp>

namespace hold_slayer {

/* One SIP dialog (RFC 3261, section 12) as plain text. URIs are printed as they stand in a header, with angle brackets
 * where a display name or parameters ask for them. */
struct DialogState {
    std::string callId;
    std::string localUri;
    std::string localTag;
    std::string remoteUri;
    std::string remoteTag;
    /* The CSeq number our next request would use, and the last one of the peer (0: none yet). */
    long long localCseq = 0;
    long long remoteCseq = 0;
    /* Route headers in the order to send them. */
    std::vector<std::string> routeSet;
    /* Request URI of requests within the dialog. */
    std::string remoteTarget;
    std::string localContact;
    /* UDP, TCP or TLS; "address:port" the dialog's messages last came from, and our own. Empty before the first. */
    std::string transport;
    std::string destination;
    std::string localAddress;
    /* Whether a 2xx has made the dialog; before, CANCEL ends it, not BYE. */
    bool confirmed = false;
};

/* Reads the dialog of a live call. Throws when it has none (any more). */
DialogState dialogState(const pj::Call &call) PJSUA2_THROW(pj::Error);

/* Makes dialogs remember where their messages come from; libInit() does this. */
void trackDialogs() PJSUA2_THROW(pj::Error);

/* Keeps requests over UDP, and leaves out of Allow and Supported what is refused anyway; libInit() does this. */
void keepMessagesSmall();

}  // namespace hold_slayer
