"""A stranger on the leaderboard, and off it again: sign up, pair, upload, join, appear, leave, gone."""

from pathlib import Path

import pytest
from django.core.mail import EmailMessage
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from codextime.boards.snapshots import take_snapshot
from codextime.usage.services import rebuild_dirty_dates
from tests.browser.first_steps import pair_and_sync, sign_in, sign_up
from tests.machine import set_up_machine


def test_a_stranger_joins_the_leaderboard_and_leaves_it(
    page: Page,
    live_server: LiveServer,
    settings: Settings,
    mailoutbox: list[EmailMessage],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    settings.BASE_URL = live_server.url
    page.goto("/leaderboard?period=all")
    expect(page.get_by_text("Nobody ranks here yet")).to_be_visible()
    user = sign_up(page, mailoutbox)
    sign_in(page)
    machine = set_up_machine(live_server.url, user.public_id, tmp_path, monkeypatch, capsys)

    assert pair_and_sync(page, machine).exit == 0
    rebuild_dirty_dates(user_id=user.pk)

    page.goto("/settings")
    page.get_by_label("Handle").fill("ada")
    page.get_by_role("button", name="Join").click()
    expect(page.get_by_role("status")).to_contain_text("You are on the leaderboard")
    take_snapshot(now=timezone.now())

    page.get_by_role("navigation", name="Main").get_by_role("link", name="Leaderboard").click()
    page.get_by_role("navigation", name="Period").get_by_role("link", name="All time").click()
    expect(page.locator(".ranking .own")).to_contain_text("ada")
    expect(page.locator(".standing")).to_contain_text("nobody is above")
    page.goto("/dashboard?period=all")
    expect(page.locator(".standing")).to_contain_text("Your rank")

    page.goto("/settings")
    page.get_by_role("button", name="Leave the leaderboard").click()
    expect(page.get_by_role("status")).to_contain_text("You are off the leaderboard")
    page.goto("/leaderboard?period=all")
    expect(page.get_by_text("Nobody ranks here yet")).to_be_visible()
    expect(page.locator("main")).not_to_contain_text("ada")
