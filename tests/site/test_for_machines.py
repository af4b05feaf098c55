"""robots.txt and security.txt, read as the programs that ask for them do."""

from datetime import datetime, timedelta
from urllib.robotparser import RobotFileParser

import pytest
from django.test import Client
from pytest_django import Settings

from codextime.site.pages import PAGES
from codextime.site.selectors import find_security_txt
from tests.access.table import ROWS, SIGN_IN


@pytest.fixture
def robots(client: Client) -> RobotFileParser:
    parser = RobotFileParser()
    parser.parse(client.get("/robots.txt").text.splitlines())
    return parser


@pytest.fixture
def reachable(settings: Settings) -> None:
    settings.CONTACT, settings.IS_SECURE, settings.BASE_URL = "mailto:ada@example.org", True, "https://example.org"


def security_txt(now: datetime) -> dict[str, str]:
    text = find_security_txt(now=now)
    assert text
    return dict(line.split(": ", 1) for line in text.splitlines())


def test_crawlers_are_kept_off_everything_behind_a_sign_in(robots: RobotFileParser) -> None:
    private = {row.path for row in ROWS if row.anonymous == SIGN_IN and not row.path.startswith("/admin/")}

    assert len(private) > 10
    assert [path for path in sorted(private) if robots.can_fetch("anybot", path)] == []


def test_crawlers_are_not_told_where_moderators_work(client: Client) -> None:
    assert "admin" not in client.get("/robots.txt").text


def test_crawlers_may_read_the_public_pages_and_find_the_site_map(robots: RobotFileParser) -> None:
    assert all(robots.can_fetch("anybot", page.address) for page in PAGES)
    assert robots.site_maps() == ["http://localhost:8000/sitemap.xml"]


def test_security_txt_has_the_fields_of_rfc_9116_and_expires_within_a_year(reachable: None, now: datetime) -> None:
    fields = security_txt(now)

    expires = datetime.fromisoformat(fields["Expires"])
    assert timedelta(days=30) < expires - now < timedelta(days=365)
    assert fields["Canonical"] == "https://example.org/.well-known/security.txt"
    assert fields["Contact"] == "mailto:ada@example.org"


def test_security_txt_is_the_same_all_day_so_that_its_tag_is(reachable: None, now: datetime) -> None:
    assert security_txt(now) == security_txt(now + timedelta(hours=11))


def test_security_txt_is_plain_text_that_the_contact_page_leads_to(reachable: None, client: Client) -> None:
    answer = client.get("/.well-known/security.txt")

    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.text.startswith("Contact: mailto:ada@example.org\n")
    assert "/.well-known/security.txt" in client.get("/contact").text


@pytest.mark.parametrize("missing", [{"CONTACT": ""}, {"IS_SECURE": False}])
def test_without_a_contact_or_tls_there_is_no_security_txt(
    reachable: None, missing: dict[str, object], settings: Settings, client: Client
) -> None:
    for name, value in missing.items():
        setattr(settings, name, value)

    assert client.get("/.well-known/security.txt").status_code == 404
    assert "security.txt" not in client.get("/contact").text
