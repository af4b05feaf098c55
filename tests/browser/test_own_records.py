"""Corrections, withdrawals, export and erasing in a real browser: themes, narrow screens, fingers."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page

from codextime.accounts.models import AccountErasure, User
from codextime.exports.services import ask_for_export, make_export
from tests.browser.test_contrast import find_faint
from tests.browser.test_overview import SMALL_CONTROLS
from tests.usage.readings import reading, store
from tests.usage.withdrawals import withdraw_something

PATHS = ("/corrections", "/withdrawals", "/settings", "/settings/erase", "/settings/erase-usage")


@pytest.fixture
def owner(transactional_db: None) -> User:
    """Has no password, and so is not asked for it before erasing."""
    return User.objects.create_user("owner@example.org")


@pytest.fixture
def filled(owner: User, signed_in: Page) -> Page:
    """Somebody with a line of each kind, whose account is going to be erased."""
    withdraw_something(owner, 1, 2)
    store(owner, *(reading(number) for number in range(10, 200)))
    store(owner, reading(10, revision=258, input_tokens=900))
    store(owner, *(reading(number, revision=259, input_tokens=900) for number in range(10, 200)))
    now = timezone.now()
    ask_for_export(user=owner, now=now)
    make_export(user_id=owner.pk, now=now)
    AccountErasure.objects.create(user=owner, asked_at=now, due_at=now + timedelta(days=14))
    return signed_in


def test_pages_of_ones_records_fit_every_screen_and_can_be_read(filled: Page) -> None:
    for path in PATHS:
        filled.goto(path)
        assert filled.url.endswith(path)
        assert find_faint(filled) == [], path
        for width in (1440, 768, 390, 320):
            filled.set_viewport_size({"width": width, "height": 900})
            assert filled.evaluate("document.documentElement.scrollWidth") <= width, (path, width)
            assert width > 390 or filled.evaluate(SMALL_CONTROLS) == [], (path, width)
