"""The environment, read once. Every variable the server knows is a line here; nonsense stops the start."""

import sys
from ipaddress import IPv4Network, IPv6Network, collapse_addresses, ip_network
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

from codextime.config.production import NO_MAIL, find_problems, find_warning

read = environ.Env()

ROOT = Path(__file__).resolve().parents[2]

Network = IPv4Network | IPv6Network
MAPPED = IPv6Network("::ffff:0:0/96")  # IPv4 as IPv6; senders are read as IPv4, which no such network holds

MODES = ("production", "local", "test", "build")  # build: files are made out of the source, and nothing is served
SHORTEST_SECRET = 20  # characters
LOOPBACK = ("127.0.0.0/8", "::1")
LOG_FORMATS = ("json", "text")
SIGN_UP_POLICIES = ("open", "invitation", "closed")


def choice(name: str, choices: tuple[str, ...], default: str) -> str:
    value: str = read.str(name, default=default)
    if value not in choices:
        raise ImproperlyConfigured(f"{name} is {value!r}; it must be one of: {', '.join(choices)}")
    return value


def contact(name: str) -> str:
    """An email address or a page where the operator is reached, as a URI; empty if there is none."""
    value: str = read.str(name, default="")
    if not value or value.startswith(("https://", "mailto:")):
        return value
    if value.count("@") != 1 or not value.isprintable() or " " in value or ":" in value:
        raise ImproperlyConfigured(f"{name} is {value!r}; it must be an email address or begin with https://")
    return f"mailto:{value}"


def database() -> dict[str, Any]:
    """`DATABASE_URL` as Django's dict; a percent-encoded host is the folder of a Unix socket."""
    parsed: dict[str, Any] = read.db("DATABASE_URL", default="postgres://localhost/codextime")
    parsed["HOST"] = unquote(parsed["HOST"])
    return parsed


def positive(name: str, default: int) -> int:
    text: str = read.str(name, default=str(default))
    if not (text.isascii() and text.isdigit() and int(text)):
        raise ImproperlyConfigured(f"{name} is {text!r}; it must be a whole number above 0")
    return int(text)


def networks(name: str, default: tuple[str, ...] = ()) -> list[Network]:
    """Networks such as `172.16.0.0/12`, or single addresses, separated by commas; not the whole internet."""
    texts: list[str] = read.list(name, default=list(default))
    try:
        found = [ip_network(text.strip(), strict=False) for text in texts]
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} must be addresses or networks of yours: {error}") from error
    if any(network.prefixlen == 0 for network in join_networks(found)):
        raise ImproperlyConfigured(f"{name} must not trust everybody: name addresses of your own.")
    if mapped := [network for network in found if isinstance(network, IPv6Network) and network.overlaps(MAPPED)]:
        raise ImproperlyConfigured(f"{name} has {mapped[0]}: write IPv4 networks like 10.0.0.0/8.")
    return found


def secret(name: str) -> str:
    """A secret that may be missing, but not short."""
    value: str = read.str(name, default="")
    if 0 < len(value) < SHORTEST_SECRET:
        raise ImproperlyConfigured(f"{name} can be guessed: set it to {SHORTEST_SECRET} random characters or more.")
    return value


def pair(name: str, secret_name: str) -> tuple[str, str] | None:
    """An id and its secret, such as a provider of accounts gives to an operator; `None` if neither is there."""
    found: tuple[str, str] = read.str(name, default=""), read.str(secret_name, default="")
    if any(found) and not all(found):
        raise ImproperlyConfigured(f"{name} and {secret_name} belong together: set both, or none.")
    return found if all(found) else None


def join_networks(found: list[Network]) -> list[Network]:
    """The same addresses in as few networks as can be."""
    return [
        *collapse_addresses(network for network in found if isinstance(network, IPv4Network)),
        *collapse_addresses(network for network in found if isinstance(network, IPv6Network)),
    ]


MODE = choice("CODEXTIME_MODE", MODES, "production")
if MODE == "production" and (problems := find_problems(read.ENVIRON)):
    raise ImproperlyConfigured("\n".join(["This server cannot start (docs/hosting.md explains each):", *problems]))
if MODE == "production" and (warning := find_warning(read.ENVIRON)):
    sys.stderr.write(f"{warning}\n")

NO_KEY_NEEDED = MODE in ("test", "build")
SECRET_KEY: str = read.str("CODEXTIME_SECRET_KEY", default="signs-nothing-of-value" if NO_KEY_NEEDED else "")
BASE_URL: str = read.str("CODEXTIME_BASE_URL", default="http://localhost:8000").rstrip("/")
ALLOWED_HOSTS = [host.strip() for host in read.list("CODEXTIME_ALLOWED_HOSTS", default=[]) if host.strip()]
SIGN_UP = choice("CODEXTIME_SIGN_UP", SIGN_UP_POLICIES, "open" if MODE == "test" else "closed")
EMAIL_URL: str = read.str("EMAIL_URL", default="consolemail://")
HAS_MAIL = EMAIL_URL != NO_MAIL
LOGIN_LINK_COMMAND: str = read.str("CODEXTIME_LOGIN_LINK_COMMAND", default="make login-link")
MAIL_FOLDER: str = read.str("CODEXTIME_MAIL_FOLDER", default="")
STATIC_ROOT: str = read.str("CODEXTIME_STATIC_ROOT", default=str(ROOT / "staticfiles"))
HOST = urlsplit(BASE_URL).hostname or "localhost"
MAIL_FROM: str = read.str("CODEXTIME_MAIL_FROM", default="") or f"Codextime <no-reply@{HOST}>"
TRACKER_COMMAND: str = read.str("CODEXTIME_TRACKER_COMMAND", default="")
REDIS_URL: str = read.str("REDIS_URL", default="redis://localhost:6379/0")
OPERATOR: str = read.str("CODEXTIME_OPERATOR", default="")
CONTACT = contact("CODEXTIME_CONTACT")
TRUSTED_PROXIES = networks("CODEXTIME_TRUSTED_PROXIES")
# Nothing leaves the machine of `codextime up`, whatever its owner's shell has set for other programs.
SENTRY_DSN: str = read.str("SENTRY_DSN", default="") if MODE == "production" else ""
LOG_FORMAT = choice("CODEXTIME_LOG_FORMAT", LOG_FORMATS, "json" if MODE == "production" else "text")
METRICS_TOKEN = secret("CODEXTIME_METRICS_TOKEN")
METRICS_NETWORKS = networks("CODEXTIME_METRICS_NETWORKS", LOOPBACK if MODE == "local" else ())
ADMIN_PATH: str = read.str("CODEXTIME_ADMIN_PATH", default="admin").strip("/")
UPLOADS_WAIT_ABOVE_DATES = positive("CODEXTIME_UPLOADS_WAIT_ABOVE_DATES", 200_000)
UPLOADS_WAIT_ABOVE_SECONDS = positive("CODEXTIME_UPLOADS_WAIT_ABOVE_SECONDS", 2)
SIGN_IN_KEYS = {
    "github": pair("CODEXTIME_GITHUB_ID", "CODEXTIME_GITHUB_SECRET"),
    "google": pair("CODEXTIME_GOOGLE_ID", "CODEXTIME_GOOGLE_SECRET"),
}
NAMESPACE: str = read.str("CODEXTIME_NAMESPACE", default="codextime")

if not SECRET_KEY:
    raise ImproperlyConfigured("CODEXTIME_SECRET_KEY is missing: set it to 50 random characters and keep it secret.")
