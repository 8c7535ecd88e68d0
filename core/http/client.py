"""Where a request came from."""

from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest

HERE = "127.0.0.1"  # a caller without an address came through a socket file of this machine


def client_address(request: HttpRequest) -> str:
    """The address of whoever sent the request, as the outermost of our own proxies saw it.

    Each proxy adds the address it was called from at the right of X-Forwarded-For, so the client's is as many places
    from the right as there are proxies (TRUSTED_PROXIES); what stands further left, a visitor can have made up.
    """
    direct = _plain(request.META.get("REMOTE_ADDR", "")) or HERE
    if not settings.TRUSTED_PROXIES:
        return direct
    told = request.headers.get("X-Forwarded-For", "").split(",")
    if len(told) < settings.TRUSTED_PROXIES:
        return direct
    return _plain(told[-settings.TRUSTED_PROXIES].strip()) or direct


def client_network(request: HttpRequest) -> str:
    """What to count a client by: the address; of IPv6 the first half, for whoever has one address there has 2⁶⁴."""
    address = ip_address(client_address(request))
    if address.version == 4 or address.is_loopback:
        return str(address)
    return str(type(address)(int(address) >> 64 << 64))


def is_local(address: str) -> bool:
    """Whether this is the machine itself: its own programs, or everybody behind a proxy that was not declared."""
    return ip_address(address).is_loopback


def _plain(text: str) -> str:
    """The address in its one form, an IPv4 address written as IPv6 as what it is; empty if it is none."""
    try:
        address = ip_address(text)
    except ValueError:
        return ""
    return str(getattr(address, "ipv4_mapped", None) or address)
