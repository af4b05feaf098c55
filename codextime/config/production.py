"""What a production server must be told before it starts."""

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

NO_MAIL = "none"
SHORTEST_KEY = 50  # characters, as Django's own check asks
FEWEST_DIFFERENT = 5
NAME = r"[a-z0-9-]+(\.[a-z0-9-]+)*|\[[0-9a-f:.]+\]"
ADDRESS = re.compile(rf"https?://({NAME})(:[0-9]+)?\Z")
HOST = re.compile(rf"\.?({NAME})\Z", re.IGNORECASE)  # a name that begins with a dot stands for all below it
PATH = re.compile(r"[A-Za-z0-9_-]*\Z")
ENCODED = "; write special characters of a password percent-encoded"
LOOPBACK = ("localhost", "127.0.0.1", "::1")
MAIL_SCHEMES = ("smtp", "smtps", "smtp+tls", "smtp+ssl")


def find_problems(environment: Mapping[str, str]) -> list[str]:
    """A sentence for each variable that is missing or cannot be right, saying what to set; empty if all is well."""
    checks = (
        check_key,
        check_address,
        check_hosts,
        check_database,
        check_broker,
        check_mail,
        check_sign_up,
        check_admin_path,
    )
    return [problem for check in checks if (problem := check(environment))]


def find_warning(environment: Mapping[str, str]) -> str:
    """What may be meant so and had better not be; empty if there is nothing."""
    address = urlsplit(environment.get("CODEXTIME_BASE_URL", ""))
    if address.scheme == "https" or address.hostname in LOOPBACK:
        return ""
    return (
        "Warning: CODEXTIME_BASE_URL is not https://, so passwords, sessions and upload tokens can be read on their "
        "way here. Use it inside a network that you trust, and nowhere else."
    )


def check_key(environment: Mapping[str, str]) -> str:
    key = environment.get("CODEXTIME_SECRET_KEY", "")
    if not key:
        return "CODEXTIME_SECRET_KEY is missing: set it to 50 random characters and keep it secret."
    if len(key) < SHORTEST_KEY or len(set(key)) < FEWEST_DIFFERENT:
        return "CODEXTIME_SECRET_KEY can be guessed: set it to 50 random characters and keep it secret."
    return ""


def check_address(environment: Mapping[str, str]) -> str:
    """Cookies, links, redirects and the allowed host follow the public address."""
    address = environment.get("CODEXTIME_BASE_URL", "")
    if not address:
        return "CODEXTIME_BASE_URL is missing: set it to the public address, such as https://codextime.example.org"
    if not ADDRESS.match(address) or not is_readable(address):
        return (
            f"CODEXTIME_BASE_URL is {address!r}: write it like https://codextime.example.org, "
            "in small letters, without a path or slash."
        )
    return ""


def check_hosts(environment: Mapping[str, str]) -> str:
    """Unset is fine: the host of the public address is allowed."""
    hosts = [host.strip() for host in environment.get("CODEXTIME_ALLOWED_HOSTS", "").split(",")]
    odd = [host for host in hosts if host and not HOST.match(host)]
    if odd:
        return f"CODEXTIME_ALLOWED_HOSTS has {odd[0]!r}: list the server's own names, without stars, schemes or ports."
    return ""


def check_database(environment: Mapping[str, str]) -> str:
    url = environment.get("DATABASE_URL", "")
    if url.startswith(("postgres://", "postgresql://")) and is_readable(url) and urlsplit(url).path.strip("/"):
        return ""
    return f"DATABASE_URL must name a PostgreSQL, such as postgres://user:password@host/codextime{ENCODED}"


def check_broker(environment: Mapping[str, str]) -> str:
    url = environment.get("REDIS_URL", "")
    if url.startswith(("redis://", "rediss://", "unix://")) and is_readable(url):
        return ""
    return f"REDIS_URL must name the Redis or Valkey that all processes share, such as redis://host:6379/0{ENCODED}"


def check_mail(environment: Mapping[str, str]) -> str:
    url = environment.get("EMAIL_URL", "")
    if url == NO_MAIL or environment.get("CODEXTIME_MAIL_FOLDER"):
        return ""
    if is_readable(url) and urlsplit(url).scheme in MAIL_SCHEMES and urlsplit(url).hostname:
        return ""
    return (
        "EMAIL_URL must name your mail server, such as smtp+tls://user:password@host:587, or be “none”: then nobody "
        "can sign up without an invitation, reset a password or change an email address without you."
    )


def check_sign_up(environment: Mapping[str, str]) -> str:
    if environment.get("EMAIL_URL") == NO_MAIL and environment.get("CODEXTIME_SIGN_UP") == "open":
        return (
            "CODEXTIME_SIGN_UP is “open” and EMAIL_URL “none”: open sign-up confirms addresses by mail. "
            "Use “invitation”, or name a mail server."
        )
    return ""


def check_admin_path(environment: Mapping[str, str]) -> str:
    if PATH.match(environment.get("CODEXTIME_ADMIN_PATH", "").strip("/")):
        return ""
    return "CODEXTIME_ADMIN_PATH must be one word of letters, digits, - and _, or empty."


def is_readable(url: str) -> bool:
    """Whether it has the form of a URL with a port that there is, if it has one."""
    try:
        return urlsplit(url).port != 0
    except ValueError:
        return False
