/* SPDX: GPL-3.0-or-later */
#include "audio_tap.hpp"

#include "byte_ring.hpp"

namespace hold_slayer {

struct AudioTap::Port : RingPort {
    explicit Port(std::size_t capacity) : ring(capacity) {}
    ByteRing ring;
    /* written by the clock thread only */
    std::atomic<std::uint64_t> frames{0}, none_frames{0}, dropped{0};

    static pj_status_t put_frame(pjmedia_port *base, pjmedia_frame *frame)
    {
        Port *port = static_cast<Port *>(static_cast<RingPort *>(base->port_data.pdata));
        const std::size_t want = port->frame_bytes;
        const bool silent = frame->type != PJMEDIA_FRAME_TYPE_AUDIO || !frame->buf || !frame->size;
        port->frames.fetch_add(1, std::memory_order_relaxed);
        if (silent)
            port->none_frames.fetch_add(1, std::memory_order_relaxed);
        if (port->ring.space() < want) {
            port->dropped.fetch_add(want, std::memory_order_relaxed);
            return PJ_SUCCESS;
        }
        const std::size_t given = silent ? 0 : std::min<std::size_t>(frame->size, want);
        if (given)
            port->ring.write(frame->buf, given);
        if (given < want)
            port->ring.write(nullptr, want - given);
        return PJ_SUCCESS;
    }
};

AudioTap::AudioTap() : tap_(nullptr) {}

void AudioTap::createTap(const std::string &name, int clockRate, int frameMs, int ringBytes) PJSUA2_THROW(pj::Error)
{
    check(clockRate, frameMs, ringBytes);
    Port *port = new Port(static_cast<std::size_t>(ringBytes));
    attach(port, name, clockRate, frameMs, &Port::put_frame, nullptr);
    tap_ = port;
}

std::size_t AudioTap::read_into(void *to, std::size_t size)
{
    if (!tap_)
        return 0;
    size = std::min(size, tap_->ring.available()) & ~std::size_t{1};
    tap_->ring.read(to, size);
    return size;
}

long long AudioTap::available() const { return tap_ ? static_cast<long long>(tap_->ring.available()) : 0; }
long long AudioTap::droppedBytes() const { return tap_ ? static_cast<long long>(tap_->dropped.load()) : 0; }
long long AudioTap::noneFrames() const { return tap_ ? static_cast<long long>(tap_->none_frames.load()) : 0; }
long long AudioTap::frames() const { return tap_ ? static_cast<long long>(tap_->frames.load()) : 0; }

}  // namespace hold_slayer
