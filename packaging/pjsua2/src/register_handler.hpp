/* REGISTER requests of telephones, handed to Python for their answer. SPDX: GPL-3.0-or-later */
#pragma once

#include <pjsua2.hpp>

namespace hold_slayer {

/* One REGISTER (RFC 3261, section 10), and the answer to it. */
struct RegisterRequest {
    /* The request as it came, and where from: "address:port", with UDP, TCP or TLS. */
    std::string wholeMsg;
    std::string source;
    std::string transport;
    /* Our own "address:port" it came to. */
    std::string localAddress;

    /* To be filled in. 0 leaves the request to the library, which knows no registrar. Headers are "Name: value". */
    int statusCode = 0;
    std::string reason;
    pj::StringVector headers;
};

/* Derive, override onRegister and start; one per process. Retransmissions get the same answer without being asked. */
class RegisterHandler {
public:
    RegisterHandler();
    virtual ~RegisterHandler();

    /* Begins to take requests; throws when another handler does already. */
    void start() PJSUA2_THROW(pj::Error);
    /* Ends that. */
    void stop();

    /* Called for each REGISTER on the thread that polls the library. */
    virtual void onRegister(RegisterRequest &request);
};

}  // namespace hold_slayer
