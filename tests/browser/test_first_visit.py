"""From nothing to the first figures: sign up, confirm the address, pair, sync, look."""

import json
from pathlib import Path

import pytest
from django.core.mail import EmailMessage
from playwright.sync_api import Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from codextime.lib.formats import exact
from codextime.usage.services import rebuild_dirty_dates
from tests.browser.first_steps import REAL, pair_and_sync, sign_in, sign_up
from tests.machine import set_up_machine


def test_a_new_user_signs_up_pairs_a_machine_and_sees_what_codex_burned(
    page: Page,
    live_server: LiveServer,
    settings: Settings,
    mailoutbox: list[EmailMessage],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    settings.BASE_URL = live_server.url
    user = sign_up(page, mailoutbox)
    sign_in(page)
    expect(page.locator(".command")).to_contain_text(f"codextime-tracker {user.public_id} --server {live_server.url}")
    machine = set_up_machine(live_server.url, user.public_id, tmp_path, monkeypatch, capsys)
    run = pair_and_sync(page, machine, "--label", "work laptop")
    rebuild_dirty_dates(user_id=user.pk)

    assert run.exit == 0, run.err
    page.goto("/dashboard?period=all")
    by_model = json.loads((REAL / "expected.json").read_text())["by_model"]
    tokens = sum(model["input"] + model["output"] for model in by_model.values())
    calls = sum(model["calls"] for model in by_model.values())
    burned = page.locator(".figure", has_text="Tokens burned").locator(".figure-value")
    expect(burned).to_have_attribute("title", f"{exact(tokens)} tokens")
    expect(page.locator(".figure", has_text="Calls")).to_contain_text(exact(calls))
    expect(page.locator(".shares", has_text="work laptop")).to_be_visible()
