"""Which servers the tracker may talk to: HTTPS anywhere, HTTP only where the line cannot leave the house."""

from collections.abc import Callable
from ipaddress import IPv6Address, ip_address, ip_network
from typing import NamedTuple
from urllib.parse import urlsplit

from codextime_tracker.exits import UsageRefused

# RFC 1918, RFC 4193, and link-local addresses. Shared and documentation ranges are not private.
PRIVATE = [
    ip_network(text)
    for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "fc00::/7", "fe80::/10")
]
DEFAULT_PORTS = {"https": 443, "http": 80}


class Server(NamedTuple):
    """An origin (RFC 6454): scheme, host and port, as `https://example.org` or `http://localhost:8000`."""

    scheme: str
    host: str
    port: int

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}" + ("" if self.port == DEFAULT_PORTS[self.scheme] else f":{self.port}")


def parse_server(address: str) -> Server:
    """The server at `address`; paths, user names and queries have no meaning here. Raises `UsageRefused`."""
    try:
        parts = urlsplit(address)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if not host or port == 0 or parts.scheme not in DEFAULT_PORTS or not has_one_reading(address):
        raise UsageRefused(f"{address!r} is not a server's address. Write it like https://codextime.example.org")
    if parts.username is not None or parts.path not in ("", "/") or parts.query or parts.fragment:
        raise UsageRefused("Give the server's address alone, without user name, path or query.")
    return Server(parts.scheme, host.rstrip("."), port or DEFAULT_PORTS[parts.scheme])


def is_page_of(server: Server, link: str) -> bool:
    """Whether `link`, which the server gave, leads to a page of its own and to nothing else.

    On one machine, `localhost` and 127.0.0.1 are the same server.
    """
    try:
        parts = urlsplit(link)
        if parts.scheme not in DEFAULT_PORTS or parts.username is not None or not has_one_reading(link):
            return False
        page = Server(parts.scheme, (parts.hostname or "").rstrip("."), parts.port or DEFAULT_PORTS[parts.scheme])
    except ValueError:
        return False
    is_same_machine = page.host == server.host or (is_loopback(page.host) and is_loopback(server.host))
    return is_same_machine and (page.scheme, page.port) == (server.scheme, server.port)


def own_page(server: Server, told: str, name: str) -> str:
    """The page that `server` told of if it is its own, else the one at `name`."""
    return told if is_page_of(server, told) else f"{server}/{name}"


def has_one_reading(address: str) -> bool:
    """Whether people, browsers and Python see the same in it: a backslash, for one, is a slash to browsers only."""
    return address.isprintable() and not set(address) & {" ", "\\"}


def resolve(host: str) -> list[str]:
    """The addresses of `host`. Raises `OSError` if it has none."""
    import socket  # most runs know the address, or ask for none

    return [str(answer[4][0]) for answer in socket.getaddrinfo(host, None, proto=socket.IPPROTO_TCP)]


def needs_warning(server: Server, *, allow_http: bool, resolver: Callable[[str], list[str]] = resolve) -> bool:
    """Whether calls would travel unencrypted through a network. Raises `UsageRefused` where that is not permitted."""
    if server.scheme == "https" or is_loopback(server.host):
        return False
    if not is_private(server.host, resolver):
        raise UsageRefused(f"{server} is not encrypted and not on a private network. Use https:// instead.")
    if not allow_http:
        raise UsageRefused(f"{server} is not encrypted. Use https://, or add --allow-http if you trust that network.")
    return True


def is_loopback(host: str) -> bool:
    """RFC 6761 keeps `localhost` and the names below it on the machine."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def is_private(host: str, resolver: Callable[[str], list[str]]) -> bool:
    """Whether every address of `host` is private or loopback: one public address is enough to refuse."""
    try:
        found = [ip_address(text.partition("%")[0]) for text in resolver(host)]
    except (OSError, ValueError):
        return False
    plain = [address.ipv4_mapped or address if isinstance(address, IPv6Address) else address for address in found]
    return bool(plain) and all(
        address.is_loopback or any(address in network for network in PRIVATE) for address in plain
    )
