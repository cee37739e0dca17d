"""Who asks: the caller's address, as far as it can be believed, and how it is written down."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from flask import request

_FORWARDING = ("X-Forwarded-For", "Forwarded", "X-Real-IP", "Via")
_LOGGED = {4: 24, 6: 48}
"""Bits of an address that a log keeps: the network of an organisation, not the person."""
_COUNTED = {4: 32, 6: 64}
"""Bits that a rate limit counts by. One customer has at least a /64 of IPv6, and could change addresses within it."""


def is_loopback() -> bool:
    """Whether the request comes from this machine, by the connection and by what a trusted proxy says."""
    before_proxy = request.environ.get("werkzeug.proxy_fix.orig", {})
    peers = {request.remote_addr, before_proxy.get("REMOTE_ADDR", request.remote_addr)}
    return all((address := _parse(peer)) is not None and address.is_loopback for peer in peers)


def is_local() -> bool:
    """Whether somebody on this machine asks, and not a proxy on this machine for somebody else."""
    return is_loopback() and not any(name in request.headers for name in _FORWARDING)


def logged_address() -> str:
    """The caller's network: IPv4 cut to /24, IPv6 to /48."""
    return _network(_LOGGED)


def counted_address() -> str:
    """What a rate limit counts as one caller: an IPv4 address, or a /64 of IPv6."""
    return _network(_COUNTED)


def _network(kept: dict[int, int]) -> str:
    address = _parse(request.remote_addr)
    if address is None:
        return "-"
    return str(ip_network((address, kept[address.version]), strict=False).network_address)


def _parse(text: str | None) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address((text or "").partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
