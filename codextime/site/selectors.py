"""What the server knows about itself: its operator, its health, and what it tells crawlers."""

import datetime
from dataclasses import dataclass

from django.conf import settings
from django.db import Error, connection
from django.urls import reverse
from django.utils.translation import gettext as _

from codextime.boards.reading import has_listings
from codextime.lib.patience import patience
from codextime.pricing.selectors import get_book
from codextime.site.landing import YOUR_ID
from codextime.site.pages import LEADERBOARD, PAGES, PublicPage
from codextime.site.rate_tables import RatesPage, build_rates_page

# What is behind a sign-in, holds a secret in its address, or is for programs; a prefix covers all below it.
NOT_FOR_CRAWLERS = (
    "/accounts/",
    "/api/",
    "/calls",
    "/corrections",
    "/dashboard",
    "/days/",
    "/devices",
    "/estimate",
    "/insights",
    "/invitation/",
    "/seats",
    "/settings",
    "/sign-in/",
    "/teams",
    "/threads",
    "/withdrawals",
)
SECURITY_TXT_DAYS = 90  # RFC 9116, section 2.5.5, recommends less than a year


@dataclass(frozen=True, slots=True)
class Operator:
    """Who runs this server, as the end of a sentence. `contact` is a URI, `reached_at` what of it people read; both are
    empty if there is none."""

    who: str
    contact: str
    reached_at: str
    is_local: bool


def get_operator() -> Operator:
    contact, is_local = settings.CONTACT, settings.IS_LOCAL
    nobody = _("whoever started it on this machine") if is_local else _("an operator who has not published a name")
    return Operator(settings.OPERATOR or nobody, contact, contact.removeprefix("mailto:"), is_local)


def get_dry_run() -> str:
    """A local server's own command would show where its folder lies."""
    return f"{'codextime-tracker' if settings.IS_LOCAL else settings.TRACKER_COMMAND} {YOUR_ID} --dry-run"


def get_site_map() -> list[PublicPage]:
    """The pages that search engines may list: the leaderboard only while somebody is on it."""
    return [*PAGES, *([LEADERBOARD] if has_listings() else [])]


def make_robots_txt() -> str:
    """Does not tell where moderators work, which an operator may have moved so that nobody knows."""
    closed = "".join(f"Disallow: {prefix}\n" for prefix in NOT_FOR_CRAWLERS)
    return f"User-agent: *\n{closed}\nSitemap: {settings.BASE_URL}{reverse('sitemap')}\n"


def has_security_txt() -> bool:
    """RFC 9116 wants a way to reach somebody (section 2.5.3), and nothing without TLS (section 3)."""
    return bool(settings.CONTACT) and settings.IS_SECURE


def find_security_txt(*, now: datetime.datetime) -> str | None:
    """Expires some months after the day of `now`, so that a copy that somebody kept does not live on for ever."""
    if not has_security_txt():
        return None
    midnight = now.astimezone(datetime.UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    expires = midnight + datetime.timedelta(days=SECURITY_TXT_DAYS)
    lines = {
        "Contact": settings.CONTACT,
        "Expires": expires.isoformat().replace("+00:00", "Z"),
        "Preferred-Languages": "en",
        "Canonical": f"{settings.BASE_URL}{reverse('security')}",
    }
    return "".join(f"{name}: {value}\n" for name, value in lines.items())


def get_rates_page(*, today: datetime.date) -> RatesPage:
    """`today` is a UTC date, as rates change at 00:00 UTC."""
    return build_rates_page(get_book(), today=today)


def is_database_reachable() -> bool:
    try:
        with patience(settings.HEALTH_SECONDS), connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        return False
    return True
