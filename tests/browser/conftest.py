"""Debian's headless Chromium against a live server. An error or warning in the browser's console fails the test."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from codextime.accounts.models import User

INSTALL = "apt-get install -y --no-install-recommends chromium"
PATIENCE = 30_000  # milliseconds: a machine that has much else to do is no defect of a page
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--no-first-run",
    "--disable-dev-shm-usage",
    # Fewer processes: nobody here has to be kept from anybody.
    "--disable-site-isolation-trials",
    "--renderer-process-limit=1",
    "--in-process-gpu",
)

# Playwright's synchronous API runs an event loop in this thread, at which Django's ORM would take fright.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
expect.set_options(timeout=PATIENCE)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker("browser")


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any], django_db_setup: None) -> dict[str, Any]:
    """After the database is there, so that the browser, and with it what asks the database, ends before it goes."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        pytest.fail(f"The browser tests need Chromium. Install it with: {INSTALL}", pytrace=False)
    return {**browser_type_launch_args, "executable_path": found, "args": list(FLAGS)}


@pytest.fixture
def browser_context_args(browser_context_args: dict[str, Any], live_server: LiveServer) -> dict[str, Any]:
    return {**browser_context_args, "base_url": live_server.url, "timezone_id": "Europe/Berlin", "locale": "en-GB"}


@pytest.fixture(scope="session")
def contexts() -> dict[str, BrowserContext]:
    """Those of this run, by what was asked for. A browser closes them when it ends."""
    return {}


@pytest.fixture
def context(
    contexts: dict[str, BrowserContext], browser: Browser, browser_context_args: dict[str, Any]
) -> Iterator[BrowserContext]:
    """One that holds nothing. A new one, with a process of its own, takes half a second: this one is emptied."""
    asked = repr(sorted(browser_context_args.items()))
    if asked not in contexts:
        contexts[asked] = browser.new_context(**browser_context_args)
        contexts[asked].new_page().goto("/robots.txt")  # stays open, and so its process does
    yield contexts[asked]
    empty(contexts[asked])


def empty(context: BrowserContext) -> None:
    kept, *others = context.pages
    for page in others:
        page.close()
    context.unroute_all()
    context.set_offline(False)
    context.clear_cookies()
    session = context.new_cdp_session(kept)
    session.send("Network.clearBrowserCache")
    session.send("Storage.clearDataForOrigin", {"origin": origin_of(kept.url), "storageTypes": "all"})
    session.detach()


def origin_of(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


@pytest.fixture
def page(page: Page) -> Iterator[Page]:
    complaints: list[str] = []
    page.on(
        "console", lambda message: complaints.append(message.text) if message.type in ("error", "warning") else None
    )
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.set_default_timeout(PATIENCE)
    yield page
    assert complaints == [], "the page complained in the browser's console"


@pytest.fixture
def owner(transactional_db: None) -> User:
    """The owner of the other tests, in a database that the server's threads see too."""
    return User.objects.create_user("owner@example.org", "owner's long password")


@pytest.fixture
def signed_in(page: Page, context: BrowserContext, owner: User, live_server: LiveServer) -> Page:
    client = Client()
    client.force_login(owner)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
    return page
