/* The tap: PCM from the conference bridge to Python. SPDX: GPL-3.0-or-later */
#pragma once

#include "ring_port.hpp"

namespace hold_slayer {

/* Keeps what is transmitted to it in a ring until Python reads it; mono, signed 16 bit, native byte order.
 * Every frame time adds exactly one frame: silence where the bridge has nothing (a NONE frame), so that bytes read
 * divided by (2 * rate), with the dropped bytes added, is the time that has passed. */
class AudioTap : public RingMedia {
public:
    AudioTap();

    /* Makes the port and adds it to the bridge: rate in Hz, frame time in ms, ring size in bytes. Once per object. */
    void createTap(const std::string &name, int clockRate, int frameMs, int ringBytes) PJSUA2_THROW(pj::Error);

    /* Bytes that can be read now. */
    long long available() const;
    /* Bytes of new frames thrown away because the ring was full. */
    long long droppedBytes() const;
    /* Frames in which the bridge had nothing; they were written as silence. */
    long long noneFrames() const;
    /* All frames so far, NONE frames and dropped ones included. */
    long long frames() const;

#ifndef SWIG
    /* Copies up to `size` bytes out; returns how many. */
    std::size_t read_into(void *to, std::size_t size);

private:
    struct Port;
    Port *tap_;
#endif
};

}  // namespace hold_slayer
