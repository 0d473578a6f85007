/* Who may talk to us: the addresses SIP and connections are taken from. SPDX: GPL-3.0-or-later */
#pragma once

#include <pjsua2.hpp>

namespace hold_slayer {

/* A handle on the process's one filter. What comes from an address that is not allowed is dropped before it is parsed:
 * no answer, no transaction, no log line. Off until enabled. RTP is bound to the negotiated host either way; allowed
 * addresses may send it as well (a phone behind NAT whose SDP names another address). */
class SourceFilter {
public:
    /* Replaces the list: IPv4 or IPv6 addresses, or networks like 192.0.2.0/24. Throws for anything else, changing
     * nothing. Host names are resolved by the caller. */
    void allow(const std::vector<std::string> &addresses) PJSUA2_THROW(pj::Error);
    /* Switches the filter on or off. */
    void enable(bool on = true);
    bool enabled() const;
    /* Whether the list contains this address. */
    bool allows(const std::string &address) const PJSUA2_THROW(pj::Error);

    /* Since the process started: SIP packets and connections refused; RTP and RTCP packets from strangers. */
    long long dropped() const;
    long long droppedMedia() const;
    /* The address that was refused last; empty when none was. */
    std::string lastDropped() const;
};

}  // namespace hold_slayer
