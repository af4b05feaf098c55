"""What a production server must be told before it starts."""

from collections.abc import Mapping
from urllib.parse import urlsplit

NO_MAIL = "none"
SHORTEST_KEY = 50  # characters, as Django's own check asks
FEWEST_DIFFERENT = 5
MAIL_SCHEMES = ("smtp", "smtps", "smtp+tls", "smtp+ssl")


def find_problems(environment: Mapping[str, str]) -> list[str]:
    """A sentence for each variable that is missing or cannot be right, saying what to set; empty if all is well."""
    checks = (check_key, check_address, check_hosts, check_database, check_broker, check_mail, check_sign_up)
    return [problem for check in checks if (problem := check(environment))]


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
    parts = urlsplit(address)
    if parts.scheme not in ("https", "http") or not parts.hostname or parts.path or parts.query:
        return (
            f"CODEXTIME_BASE_URL is {address!r}: write it like https://codextime.example.org, without a path or slash."
        )
    return ""


def check_hosts(environment: Mapping[str, str]) -> str:
    """Unset is fine: the host of the public address is allowed."""
    hosts = {host.strip() for host in environment.get("CODEXTIME_ALLOWED_HOSTS", "").split(",")}
    return "CODEXTIME_ALLOWED_HOSTS allows every name: list the server's own names." if "*" in hosts else ""


def check_database(environment: Mapping[str, str]) -> str:
    if environment.get("DATABASE_URL", "").startswith(("postgres://", "postgresql://")):
        return ""
    return "DATABASE_URL must name a PostgreSQL, such as postgres://user:password@host/codextime"


def check_broker(environment: Mapping[str, str]) -> str:
    if environment.get("REDIS_URL", "").startswith(("redis://", "rediss://", "unix://")):
        return ""
    return "REDIS_URL must name the Redis or Valkey that all processes share, such as redis://host:6379/0"


def check_mail(environment: Mapping[str, str]) -> str:
    url = environment.get("EMAIL_URL", "")
    if url == NO_MAIL or environment.get("CODEXTIME_MAIL_FOLDER") or urlsplit(url).scheme in MAIL_SCHEMES:
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
