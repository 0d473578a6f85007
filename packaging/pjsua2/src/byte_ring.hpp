/* A byte ring for one producer thread and one consumer thread, without locks. SPDX: GPL-3.0-or-later */
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>

namespace hold_slayer {

/* Two counters that only grow tell how much was ever written and read; a position is the counter modulo the size. Each
 * side publishes its own counter with release after copying and reads the other one with acquire, so the bytes between
 * the two are always complete. */
class ByteRing {
public:
    explicit ByteRing(std::size_t capacity) : capacity_(capacity), bytes_(new unsigned char[capacity]) {}

    /* Producer: bytes that fit now. */
    std::size_t space() const
    {
        return capacity_ - static_cast<std::size_t>(written_.load(std::memory_order_relaxed) -
                                                    read_.load(std::memory_order_acquire));
    }

    /* Producer: copies `size` bytes in; the caller has asked space() first. A null `from` writes zeros. */
    void write(const void *from, std::size_t size)
    {
        const std::uint64_t start = written_.load(std::memory_order_relaxed);
        const std::size_t at = static_cast<std::size_t>(start % capacity_);
        const std::size_t first = std::min(size, capacity_ - at);
        if (from) {
            std::memcpy(&bytes_[at], from, first);
            std::memcpy(&bytes_[0], static_cast<const unsigned char *>(from) + first, size - first);
        } else {
            std::memset(&bytes_[at], 0, first);
            std::memset(&bytes_[0], 0, size - first);
        }
        written_.store(start + size, std::memory_order_release);
    }

    /* Consumer: bytes that can be read now. */
    std::size_t available() const
    {
        return static_cast<std::size_t>(written_.load(std::memory_order_acquire) -
                                        read_.load(std::memory_order_relaxed));
    }

    /* Consumer: copies `size` bytes out; the caller has asked available() first. */
    void read(void *to, std::size_t size)
    {
        const std::uint64_t start = read_.load(std::memory_order_relaxed);
        const std::size_t at = static_cast<std::size_t>(start % capacity_);
        const std::size_t first = std::min(size, capacity_ - at);
        std::memcpy(to, &bytes_[at], first);
        std::memcpy(static_cast<unsigned char *>(to) + first, &bytes_[0], size - first);
        read_.store(start + size, std::memory_order_release);
    }

    /* Consumer: forgets everything before the absolute position `until`. */
    void skip_to(std::uint64_t until) { read_.store(until, std::memory_order_release); }

    /* Absolute positions: bytes ever written and read. */
    std::uint64_t written() const { return written_.load(std::memory_order_acquire); }
    std::uint64_t read_so_far() const { return read_.load(std::memory_order_acquire); }

private:
    const std::size_t capacity_;
    const std::unique_ptr<unsigned char[]> bytes_;
    /* on cache lines of their own, or the two threads slow each other down */
    alignas(64) std::atomic<std::uint64_t> written_{0};
    alignas(64) std::atomic<std::uint64_t> read_{0};
};

}  // namespace hold_slayer
