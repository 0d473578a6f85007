/* What tap and feed share: a pjmedia port whose private data outlives the object Python holds. SPDX: GPL-3.0-or-later */
#pragma once

#include <pjsua2.hpp>

namespace hold_slayer {

#ifndef SWIG
/* Throws what Python sees as pjsua2.Error. An empty reason means PJSIP's own text for the status. */
[[noreturn]] void refuse(pj_status_t status, const char *operation, const char *reason);

/* Port data; the frame callbacks touch nothing else. Freed by the port's on_destroy, when the bridge has let go. */
struct RingPort {
    pjmedia_port base;
    pj_pool_t *pool;
    std::size_t frame_bytes;
    virtual ~RingPort() = default;
};
#endif

/* An audio medium made of a RingPort: registers it with the bridge and takes it out again. */
class RingMedia : public pj::AudioMedia {
public:
    virtual ~RingMedia();

protected:
    RingMedia();
#ifndef SWIG
    typedef pj_status_t FrameCallback(pjmedia_port *port, pjmedia_frame *frame);

    /* Throws unless rate, frame time and ring size make sense and nothing has been created yet. */
    void check(int clock_rate, int frame_ms, int ring_bytes) const PJSUA2_THROW(pj::Error);
    /* Takes ownership of `port`, also when it throws. Rate in Hz, frame time in ms; PCM is mono, 16 bit. */
    void attach(RingPort *port, const std::string &name, int clock_rate, int frame_ms, FrameCallback *put,
                FrameCallback *get) PJSUA2_THROW(pj::Error);

private:
    RingPort *port_;
    unsigned library_run_;
#endif
};

}  // namespace hold_slayer
