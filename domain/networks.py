"""Normalized IP addresses, and the networks by which limits count callers."""

import ipaddress
from functools import lru_cache

_IPV6_PREFIX_LENGTH = 64
# The longest text of an address with its zone (RFC 4291, RFC 6874).
_MAX_ADDRESS_LENGTH = 64
_CACHED_ADDRESSES = 4_096


def parse_address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """The IP address, IPv4 if IPv6 merely maps it; None for other text."""
    if len(text) > _MAX_ADDRESS_LENGTH:
        return None
    try:
        # A zone (fe80::1%eth0) names an interface of this machine, not a caller.
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


@lru_cache(_CACHED_ADDRESSES)
def to_network(address: str) -> str:
    """The network assumed to belong to one caller: an IPv4 address, or the /64 of an IPv6 one.

    Providers assign each customer at least a /64 (RFC 6177, RIPE-690), within which the customer can choose
    addresses freely. Text that is not an address counts as a single unknown caller.
    """
    ip = parse_address(address)
    if ip is None:
        return "unknown"
    if ip.version == 4:
        return str(ip)
    return str(ipaddress.IPv6Network((ip, _IPV6_PREFIX_LENGTH), strict=False))
