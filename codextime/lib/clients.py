"""What the server keeps of where a request came from: a network and the kind of browser, never more."""

import ipaddress
from collections.abc import Iterable

from django.utils.translation import gettext as _

BROWSERS = (  # the first that matches: most browsers also name the ones that they are compatible with
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("CriOS/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iOS"),
    ("iPad", "iOS"),
    ("Windows", "Windows"),
    ("Macintosh", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)
IPV4_NETWORK, IPV6_NETWORK = 24, 48


def coarse_address(address: str) -> str:
    """The first address of the network: `203.0.113.77` as `203.0.113.0`, an IPv6 address without its last 80 bits."""
    parsed = ipaddress.ip_address(address)
    if isinstance(parsed, ipaddress.IPv6Address):  # also what an IPv4 sender has where one socket listens for both
        parsed = parsed.ipv4_mapped or parsed
    bits = IPV4_NETWORK if parsed.version == 4 else IPV6_NETWORK
    return str(ipaddress.ip_network(f"{parsed}/{bits}", strict=False).network_address)


def is_within(address: str, networks: Iterable[ipaddress.IPv4Network | ipaddress.IPv6Network]) -> bool:
    """False for what is no address, such as that of a sender behind a Unix socket."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(parsed, ipaddress.IPv6Address):
        parsed = parsed.ipv4_mapped or parsed
    return any(parsed in network for network in networks)


def describe_network(network: str) -> str:
    """A network of `coarse_address` in words: `this computer`, `the local network`, or `203.0.113.*`."""
    parsed = ipaddress.ip_address(network)
    if parsed.is_loopback or parsed.is_unspecified:  # ::1 is in the network of ::
        return _("this computer")
    if parsed.is_private:
        return _("the local network, %(address)s") % {"address": shorten(network)}
    return shorten(network)


def shorten(network: str) -> str:
    return network.removesuffix("0") + "*" if "." in network else network.removesuffix(":") + "*"


def coarse_browser(user_agent: str) -> str:
    """`Firefox on Linux`: enough to recognise one's own session, and the same for millions."""
    browser = next((name for mark, name in BROWSERS if mark in user_agent), "Another browser")
    system = next((name for mark, name in SYSTEMS if mark in user_agent), "")
    return f"{browser} on {system}" if system else browser
