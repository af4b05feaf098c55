"""robots.txt and security.txt, read as the programs that ask for them do."""

from datetime import UTC, datetime, timedelta
from urllib.robotparser import RobotFileParser

import pytest
from django.test import Client
from pytest_django import Settings

from codextime.site.pages import PAGES
from codextime.site.selectors import make_security_txt
from tests.access.table import ROWS, SIGN_IN


@pytest.fixture
def robots(client: Client) -> RobotFileParser:
    parser = RobotFileParser()
    parser.parse(client.get("/robots.txt").text.splitlines())
    return parser


def security_txt(now: datetime) -> dict[str, str]:
    return dict(line.split(": ", 1) for line in make_security_txt(now=now).splitlines())


def test_crawlers_are_kept_off_everything_behind_a_sign_in(robots: RobotFileParser) -> None:
    private = {row.path for row in ROWS if row.anonymous == SIGN_IN and not row.path.startswith("/admin/")}

    assert len(private) > 10
    assert [path for path in sorted(private) if robots.can_fetch("anybot", path)] == []


def test_crawlers_are_not_told_where_moderators_work(client: Client) -> None:
    assert "admin" not in client.get("/robots.txt").text


def test_crawlers_may_read_the_public_pages_and_find_the_site_map(robots: RobotFileParser) -> None:
    assert all(robots.can_fetch("anybot", page.address) for page in PAGES)
    assert robots.site_maps() == ["http://localhost:8000/sitemap.xml"]


def test_security_txt_has_the_fields_of_rfc_9116_and_expires_within_a_year(now: datetime) -> None:
    fields = security_txt(now)

    expires = datetime.fromisoformat(fields["Expires"])
    assert timedelta(days=30) < expires - now < timedelta(days=365)
    assert fields["Canonical"] == "http://localhost:8000/.well-known/security.txt"
    assert fields["Contact"] == "http://localhost:8000/contact"


def test_security_txt_is_the_same_all_day_so_that_its_tag_is(now: datetime) -> None:
    assert make_security_txt(now=now) == make_security_txt(now=now + timedelta(hours=11))


def test_security_txt_names_the_operators_own_contact(settings: Settings) -> None:
    settings.CONTACT = "mailto:ada@example.org"

    assert security_txt(datetime(2026, 11, 20, tzinfo=UTC))["Contact"] == "mailto:ada@example.org"
