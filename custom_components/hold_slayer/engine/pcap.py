"""Writing SIP messages as a capture that Wireshark reads: classic pcap with raw IP packets."""

from collections.abc import Iterable
from ipaddress import ip_address
import struct

#: Of the classic format with microseconds; link type 101 is raw IP.
_MAGIC, _LINK_TYPE, _SNAP_LENGTH = 0xA1B2C3D4, 101, 262144
_UDP = 17


def pcap(packets: Iterable[tuple[float, tuple[str, int], tuple[str, int], bytes]]) -> bytes:
    """Return a capture of packets: time (s since the epoch), from, to, payload.

    Everything is written as UDP: how it travelled stands in the Via header.
    """
    parts = [struct.pack("<IHHiIII", _MAGIC, 2, 4, 0, 0, _SNAP_LENGTH, _LINK_TYPE)]
    for when, source, target, payload in packets:
        packet = _packet(source, target, payload[:65000])
        seconds, fraction = int(when), int(when % 1 * 1_000_000)
        parts += [struct.pack("<IIII", seconds, fraction, len(packet), len(packet)), packet]
    return b"".join(parts)


def _packet(source: tuple[str, int], target: tuple[str, int], payload: bytes) -> bytes:
    """Return an IP packet with a UDP datagram."""
    here, there = ip_address(source[0]), ip_address(target[0])
    length = 8 + len(payload)
    head = struct.pack("!HHH", source[1], target[1], length)
    if here.version != there.version:
        there = here
    pseudo = here.packed + there.packed + struct.pack("!IHBB", length, 0, 0, _UDP)
    check = _checksum(pseudo + head + b"\0\0" + payload) or 0xFFFF
    datagram = head + struct.pack("!H", check) + payload
    if here.version == 6:
        return (
            struct.pack("!IHBB", 6 << 28, length, _UDP, 64) + here.packed + there.packed + datagram
        )
    fields = [0x45, 0, 20 + length, 0, 0x4000, 64, _UDP]
    bare = struct.pack("!BBHHHBBH", *fields, 0) + here.packed + there.packed
    ip = struct.pack("!BBHHHBBH", *fields, _checksum(bare)) + here.packed + there.packed
    return ip + datagram


def _checksum(data: bytes) -> int:
    """Return the Internet checksum (RFC 1071)."""
    padded = data + b"\0" * (len(data) % 2)
    total: int = sum(struct.unpack(f"!{len(padded) // 2}H", padded))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF
