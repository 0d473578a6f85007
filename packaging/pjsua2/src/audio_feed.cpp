/* SPDX: GPL-3.0-or-later */
#include "audio_feed.hpp"

#include "byte_ring.hpp"

namespace hold_slayer {

struct AudioFeed::Port : RingPort {
    explicit Port(std::size_t capacity) : ring(capacity) {}

    static constexpr std::uint64_t MARKS = 256;
    ByteRing ring;
    /* absolute positions at which an utterance ends: a ring of its own, Python to clock */
    std::uint64_t marks[MARKS] = {};
    std::atomic<std::uint64_t> marks_posted{0}, marks_taken{0};
    /* written by Python: everything before this position is to be dropped */
    std::atomic<std::uint64_t> discard_until{0};
    /* written by the clock thread only */
    std::atomic<std::uint64_t> played{0}, underruns{0}, ends_reached{0}, ends_discarded{0};
    std::uint64_t ended_at = 0;

    /* Takes the marks up to `position` and counts them. */
    void take_marks(std::uint64_t position, std::atomic<std::uint64_t> &count)
    {
        const std::uint64_t posted = marks_posted.load(std::memory_order_acquire);
        std::uint64_t taken = marks_taken.load(std::memory_order_relaxed);
        for (; taken < posted && marks[taken % MARKS] <= position; ++taken) {
            ended_at = marks[taken % MARKS];
            count.fetch_add(1, std::memory_order_relaxed);
        }
        marks_taken.store(taken, std::memory_order_release);
    }

    static pj_status_t get_frame(pjmedia_port *base, pjmedia_frame *frame)
    {
        Port *port = static_cast<Port *>(static_cast<RingPort *>(base->port_data.pdata));
        const std::size_t want = std::min<std::size_t>(port->frame_bytes, frame->size);
        const std::uint64_t until = port->discard_until.load(std::memory_order_acquire);
        if (until > port->ring.read_so_far()) {
            port->ring.skip_to(until);
            port->take_marks(until, port->ends_discarded);
            port->ended_at = until;
        }
        const std::size_t size = std::min(want, port->ring.available());
        port->ring.read(frame->buf, size);
        std::memset(static_cast<unsigned char *>(frame->buf) + size, 0, want - size);
        frame->type = PJMEDIA_FRAME_TYPE_AUDIO;
        frame->size = want;
        port->played.fetch_add(size, std::memory_order_relaxed);
        port->take_marks(port->ring.read_so_far(), port->ends_reached);
        if (size < want && port->ended_at != port->ring.read_so_far())
            port->underruns.fetch_add(1, std::memory_order_relaxed);
        return PJ_SUCCESS;
    }
};

AudioFeed::AudioFeed() : feed_(nullptr) {}

void AudioFeed::createFeed(const std::string &name, int clockRate, int frameMs, int ringBytes) PJSUA2_THROW(pj::Error)
{
    check(clockRate, frameMs, ringBytes);
    Port *port = new Port(static_cast<std::size_t>(ringBytes));
    attach(port, name, clockRate, frameMs, nullptr, &Port::get_frame);
    feed_ = port;
}

std::size_t AudioFeed::write_from(const void *from, std::size_t size) PJSUA2_THROW(pj::Error)
{
    if (!feed_)
        refuse(PJ_EINVALIDOP, "write", "createFeed() comes first");
    if (size % 2)
        refuse(PJ_EINVAL, "write", "PCM is 16 bit: an even number of bytes");
    size = std::min(size, feed_->ring.space()) & ~std::size_t{1};
    feed_->ring.write(from, size);
    return size;
}

void AudioFeed::markEnd() PJSUA2_THROW(pj::Error)
{
    if (!feed_)
        refuse(PJ_EINVALIDOP, "markEnd", "createFeed() comes first");
    const std::uint64_t posted = feed_->marks_posted.load(std::memory_order_relaxed);
    if (posted - feed_->marks_taken.load(std::memory_order_acquire) >= Port::MARKS)
        refuse(PJ_ETOOMANY, "markEnd", "256 marks are waiting to be played");
    feed_->marks[posted % Port::MARKS] = feed_->ring.written();
    feed_->marks_posted.store(posted + 1, std::memory_order_release);
}

void AudioFeed::discard()
{
    if (feed_)
        feed_->discard_until.store(feed_->ring.written(), std::memory_order_release);
}

long long AudioFeed::space() const { return feed_ ? static_cast<long long>(feed_->ring.space()) : 0; }

long long AudioFeed::queued() const
{
    if (!feed_)
        return 0;
    const std::uint64_t until = feed_->discard_until.load(std::memory_order_relaxed);
    return static_cast<long long>(feed_->ring.written() - std::max(feed_->ring.read_so_far(), until));
}

long long AudioFeed::playedBytes() const { return feed_ ? static_cast<long long>(feed_->played.load()) : 0; }
long long AudioFeed::underruns() const { return feed_ ? static_cast<long long>(feed_->underruns.load()) : 0; }
long long AudioFeed::endsReached() const { return feed_ ? static_cast<long long>(feed_->ends_reached.load()) : 0; }
long long AudioFeed::endsDiscarded() const { return feed_ ? static_cast<long long>(feed_->ends_discarded.load()) : 0; }

}  // namespace hold_slayer
