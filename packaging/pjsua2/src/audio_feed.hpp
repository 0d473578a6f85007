/* The feed: PCM from Python to the conference bridge. SPDX: GPL-3.0-or-later */
#pragma once

#include "ring_port.hpp"

namespace hold_slayer {

/* Plays what Python writes to whatever it transmits to; mono, signed 16 bit, native byte order. Always gives the
 * bridge a full frame: silence where too little is queued. Its clock runs only while something listens to it. */
class AudioFeed : public RingMedia {
public:
    AudioFeed();

    /* Makes the port and adds it to the bridge: rate in Hz, frame time in ms, ring size in bytes. Once per object. */
    void createFeed(const std::string &name, int clockRate, int frameMs, int ringBytes) PJSUA2_THROW(pj::Error);

    /* Bytes that can be written now. */
    long long space() const;
    /* Bytes written and neither played nor discarded. */
    long long queued() const;
    /* The utterance ends with the last byte written: running dry there is no underrun. At most 256 marks may wait. */
    void markEnd() PJSUA2_THROW(pj::Error);
    /* Drops all that is queued, marks included; obeyed by the clock at its next frame. */
    void discard();
    /* Bytes that went out to the bridge. */
    long long playedBytes() const;
    /* Frames that were short although the utterance had not ended. */
    long long underruns() const;
    /* Marks whose last byte was played, and marks that were discarded. */
    long long endsReached() const;
    long long endsDiscarded() const;

#ifndef SWIG
    /* Copies what fits of `size` bytes (whole samples); returns how many. */
    std::size_t write_from(const void *from, std::size_t size) PJSUA2_THROW(pj::Error);

private:
    struct Port;
    Port *feed_;
#endif
};

}  // namespace hold_slayer
