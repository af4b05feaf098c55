"""`make bench ARGS=pages` looks at every page of somebody who is signed in."""

from datetime import UTC
from types import SimpleNamespace
from urllib.parse import urlsplit

from django.urls import resolve

from bench.accounts import Account
from bench.pages import make_paths
from tests.browser.private_pages import PRIVATE_PAGES, SEAT


def names_of(paths: list[str]) -> set[str]:
    return {resolve(urlsplit(path).path).view_name for path in paths}


def test_every_private_page_is_measured() -> None:
    account = Account(SimpleNamespace(zone=UTC), "acme", str(SEAT), 1, "0" * 32)

    assert names_of(PRIVATE_PAGES) - names_of(list(make_paths(account).values())) == set()
