/* SPDX: GPL-3.0-or-later */
#include "source_filter.hpp"

#include <array>
#include <atomic>
#include <cstring>
#include <memory>
#include <mutex>
#include <vector>

#include <arpa/inet.h>
#include <pj/activesock.h>

namespace hold_slayer {
namespace {

/* Every address as IPv6; IPv4 ones as ::ffff:a.b.c.d, so that both spellings are the same. */
typedef std::array<unsigned char, 16> Address;

struct Network {
    Address address;
    unsigned bits;
};

const std::size_t IPV4_AT = 12;
const unsigned IPV4_BITS = 96;

std::atomic<bool> on{false};
std::atomic<long long> dropped_sip{0}, dropped_media{0};
/* replaced as a whole, so that the reading threads never wait for Python */
std::shared_ptr<const std::vector<Network>> networks = std::make_shared<const std::vector<Network>>();
std::mutex last_lock;
Address last{};
bool any_last = false;

Address from_ipv4(const void *bytes)
{
    Address address{};
    address[10] = address[11] = 0xff;
    std::memcpy(&address[IPV4_AT], bytes, 4);
    return address;
}

bool parse(const std::string &text, Network &network)
{
    const std::size_t slash = text.find('/');
    const std::string host = text.substr(0, slash);
    unsigned char bytes[16];
    unsigned most, base;
    if (inet_pton(AF_INET, host.c_str(), bytes) == 1) {
        network.address = from_ipv4(bytes);
        most = 32;
        base = IPV4_BITS;
    } else if (inet_pton(AF_INET6, host.c_str(), bytes) == 1) {
        std::memcpy(network.address.data(), bytes, 16);
        most = 128;
        base = 0;
    } else {
        return false;
    }
    unsigned bits = most;
    if (slash != std::string::npos) {
        const std::string digits = text.substr(slash + 1);
        if (digits.empty() || digits.size() > 3 || digits.find_first_not_of("0123456789") != std::string::npos)
            return false;
        bits = static_cast<unsigned>(std::stoul(digits));
        if (bits > most)
            return false;
    }
    network.bits = base + bits;
    return true;
}

bool contains(const Network &network, const Address &address)
{
    const unsigned whole = network.bits / 8, rest = network.bits % 8;
    if (std::memcmp(network.address.data(), address.data(), whole) != 0)
        return false;
    return rest == 0 || ((network.address[whole] ^ address[whole]) >> (8 - rest)) == 0;
}

bool listed(const Address &address)
{
    const auto list = std::atomic_load(&networks);
    for (const Network &network : *list)
        if (contains(network, address))
            return true;
    return false;
}

pj_bool_t decide(const pj_sockaddr_t *source, pj_source_kind kind)
{
    const bool filtering = on.load(std::memory_order_relaxed);
    if (!filtering && kind != PJ_SOURCE_MEDIA)
        return PJ_TRUE;
    const pj_sockaddr *from = static_cast<const pj_sockaddr *>(source);
    Address address{};
    if (from->addr.sa_family == PJ_AF_INET)
        address = from_ipv4(&from->ipv4.sin_addr);
    else if (from->addr.sa_family == PJ_AF_INET6)
        std::memcpy(address.data(), &from->ipv6.sin6_addr, 16);
    if (filtering && listed(address))
        return PJ_TRUE;
    (kind == PJ_SOURCE_MEDIA ? dropped_media : dropped_sip).fetch_add(1, std::memory_order_relaxed);
    const std::lock_guard<std::mutex> guard(last_lock);
    last = address;
    any_last = true;
    return PJ_FALSE;
}

/* In place from the start: RTP from strangers is counted also while the filter is off. */
const bool installed = (pj_set_source_filter(&decide), true);

}  // namespace

void SourceFilter::allow(const std::vector<std::string> &addresses) PJSUA2_THROW(pj::Error)
{
    auto list = std::make_shared<std::vector<Network>>();
    for (const std::string &text : addresses) {
        Network network;
        if (!parse(text, network))
            throw pj::Error(PJ_EINVAL, "allow", "not an IP address or network: '" + text + "'", "hold_slayer", 0);
        list->push_back(network);
    }
    std::atomic_store(&networks, std::shared_ptr<const std::vector<Network>>(list));
}

void SourceFilter::enable(bool wanted) { on.store(wanted && installed); }
bool SourceFilter::enabled() const { return on.load(); }

bool SourceFilter::allows(const std::string &address) const PJSUA2_THROW(pj::Error)
{
    Network network;
    if (address.find('/') != std::string::npos || !parse(address, network))
        throw pj::Error(PJ_EINVAL, "allows", "not an IP address: '" + address + "'", "hold_slayer", 0);
    return listed(network.address);
}

long long SourceFilter::dropped() const { return dropped_sip.load(); }
long long SourceFilter::droppedMedia() const { return dropped_media.load(); }

std::string SourceFilter::lastDropped() const
{
    const std::lock_guard<std::mutex> guard(last_lock);
    if (!any_last)
        return "";
    char text[INET6_ADDRSTRLEN];
    const bool ipv4 = std::memcmp(last.data(), from_ipv4("\0\0\0\0").data(), IPV4_AT) == 0;
    inet_ntop(ipv4 ? AF_INET : AF_INET6, ipv4 ? &last[IPV4_AT] : last.data(), text, sizeof(text));
    return text;
}

}  // namespace hold_slayer
