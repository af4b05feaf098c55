"""Pages for strangers: what each says about itself, who may keep it, and what it loads."""

import re
import struct
from collections.abc import Iterator
from datetime import datetime
from html import unescape
from pathlib import Path
from xml.etree import ElementTree

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from pytest_django import Settings

from codextime.accounts.models import User
from codextime.boards.services import join_board
from codextime.site.pages import HOME, PAGES, PublicPage

every_page = pytest.mark.parametrize("listed", PAGES, ids=lambda page: page.name)
pytestmark = pytest.mark.django_db


def path_of(listed: PublicPage) -> str:
    return listed.address.removeprefix("http://localhost:8000")


def meta(html: str, name: str) -> str:
    [found] = re.findall(rf'<meta (?:name|property)="{name}" content="([^"]*)">', html)
    return unescape(found)


@every_page
def test_it_has_a_title_a_description_and_one_address(listed: PublicPage, client: Client) -> None:
    html = client.get(f"{path_of(listed)}?utm_source=elsewhere").text

    assert f"<title>{listed.title} · Codextime</title>" in html
    assert meta(html, "description") == meta(html, "og:description") == listed.description
    assert 50 <= len(listed.description) <= 200
    assert f'<link rel="canonical" href="{listed.address}">' in html
    assert meta(html, "og:url") == listed.address
    assert "noindex" not in html


@every_page
def test_a_strangers_copy_may_be_kept_and_is_asked_for_by_its_tag(listed: PublicPage, client: Client) -> None:
    first = client.get(path_of(listed))

    again = client.get(path_of(listed), headers={"If-None-Match": first["ETag"]})

    assert "public" in first["Cache-Control"]
    assert "Cookie" in first["Vary"]
    assert "Set-Cookie" not in first
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("listed", [page for page in PAGES if page != HOME], ids=lambda page: page.name)
def test_a_copy_that_names_an_account_stays_in_its_browser(listed: PublicPage, client: Client, owner: User) -> None:
    client.force_login(owner)

    answer = client.get(path_of(listed))

    assert owner.email in answer.text
    assert "private" in answer["Cache-Control"]
    assert "public" not in answer["Cache-Control"]


@every_page
def test_only_a_strangers_copy_is_compressed(listed: PublicPage, client: Client) -> None:
    asked = {"Accept-Encoding": "gzip"}
    first = client.get(path_of(listed), headers=asked)
    again = client.get(path_of(listed), headers=asked | {"If-None-Match": first["ETag"]})
    client.cookies["theme"] = "dark"

    assert first["Content-Encoding"] == "gzip"
    assert {"Cookie", "Accept-Encoding"} <= set(first["Vary"].split(", "))
    assert again.status_code == 304
    assert "Content-Encoding" not in client.get(path_of(listed), headers=asked)


@every_page
def test_it_loads_nothing_from_anywhere_else(listed: PublicPage, client: Client) -> None:
    html = client.get(path_of(listed)).text

    assert all(url.startswith("/static/") for url in re.findall(r'(?:src|srcset|poster)="([^"]*)"', html))
    assert set(re.findall(r'<link rel="(?:icon|stylesheet)" href="(/?[^/]*)', html)) == {"/static"}


@every_page
def test_it_can_only_be_read(listed: PublicPage, client: Client) -> None:
    assert client.head(path_of(listed)).status_code == 200
    assert client.post(path_of(listed)).status_code == 405


@every_page
def test_every_link_within_the_site_leads_somewhere(listed: PublicPage, client: Client) -> None:
    for link in set(links_of(client.get(path_of(listed)).text)):
        assert client.get(link).status_code in (200, 302), link


def links_of(html: str) -> Iterator[str]:
    return (unescape(link) for link in re.findall(r'href="(/[^"#?]*)"', html) if not link.startswith("/static/"))


@every_page
def test_its_preview_is_a_picture_of_ours(listed: PublicPage, client: Client) -> None:
    html = client.get(path_of(listed)).text

    path = meta(html, "og:image").removeprefix("http://localhost:8000/static/")
    picture = Path(finders.find(path) or "").read_bytes()
    assert picture.startswith(b"\x89PNG")
    size = struct.unpack(">II", picture[16:24])  # of the IHDR chunk
    assert size == (int(meta(html, "og:image:width")), int(meta(html, "og:image:height"))) == (1200, 630)


def test_who_asks_for_an_icon_without_reading_a_page_gets_one(client: Client) -> None:
    answer = client.get("/favicon.ico")

    assert answer.status_code == 302
    assert finders.find(answer["Location"].removeprefix("/static/"))


def site_map(client: Client) -> list[str | None]:
    answer = client.get("/sitemap.xml")
    assert answer["Content-Type"] == "application/xml"
    assert "no-store" in answer["Cache-Control"]
    return [loc.text for loc in ElementTree.fromstring(answer.content).iter() if loc.tag.endswith("loc")]  # noqa: S314  # our own bytes


def test_the_site_map_lists_the_public_pages_and_the_leaderboard_while_somebody_is_on_it(
    client: Client, owner: User, now: datetime
) -> None:
    addresses = [page.address for page in PAGES]
    assert site_map(client) == addresses

    join_board(user=owner, handle="ada", now=now)
    assert site_map(client) == [*addresses, "http://localhost:8000/leaderboard"]

    User.objects.update(is_active=False)  # which only the one predicate knows to matter
    assert site_map(client) == addresses


def test_without_an_operator_the_pages_say_so(client: Client) -> None:
    assert "has not published a way to be reached" in client.get("/contact").text


def test_on_ones_own_machine_one_is_the_operator(client: Client, settings: Settings) -> None:
    settings.IS_LOCAL = True

    assert "whoever started it is the one to ask" in client.get("/contact").text


@pytest.mark.parametrize("path", ["/contact", "/privacy", "/terms"])
def test_the_operator_is_named_and_reached_as_the_settings_say(path: str, client: Client, settings: Settings) -> None:
    settings.OPERATOR, settings.CONTACT = "Ada & Co", "mailto:ada@example.org"

    html = client.get(path).text

    assert "Ada &amp; Co" in html
    assert '<a href="mailto:ada@example.org" rel="noreferrer noopener external">ada@example.org</a>' in html
