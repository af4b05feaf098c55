"""Who sent a request that came through proxies of ours, and what nobody else can claim."""

from collections.abc import Callable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

from django.conf import settings
from django.http import HttpRequest, HttpResponse

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_HOST")


class TrustedProxyMiddleware:
    """Takes a trusted proxy's word for the sender's address, the host and TLS; takes the headers from everybody, so
    that nothing behind this can believe them."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        said_for, said_scheme, said_host = (request.META.pop(name, "") for name in FORWARDED)
        trusted: Sequence[Network] = settings.TRUSTED_PROXIES
        peer = read_address(request.META.get("REMOTE_ADDR", ""))
        if peer and is_in(peer, trusted):
            request.META["REMOTE_ADDR"] = str(find_sender(peer, said_for, trusted))
            if said_scheme in ("http", "https"):
                request.META["wsgi.url_scheme"] = said_scheme
            if said_host:
                request.META["HTTP_HOST"] = said_host
        return self.get_response(request)


def find_sender(peer: Address, forwarded_for: str, trusted: Sequence[Network]) -> Address:
    """The last address that is no proxy of ours. Each proxy appends whom it heard from, so what stands left of the
    first stranger, or of something that is no address, is only a stranger's claim."""
    sender = peer
    for text in reversed(forwarded_for.split(",")):
        before = read_address(text)
        if before is None or not is_in(sender, trusted):
            break
        sender = before
    return sender


def read_address(text: str) -> Address | None:
    """An address as proxies write it, also with a port; `None` if it is none."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address


def is_in(address: Address, networks: Sequence[Network]) -> bool:
    return any(address in network for network in networks)
