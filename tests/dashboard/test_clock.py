"""Whoever reads times of twelve hours meets no other on any page of theirs."""

import re

from django.test import Client

from codextime.accounts.models import User
from tests.browser.private_pages import PRIVATE_PAGES, fill
from tests.dashboard.test_kinds import text_of

# But for the words that rates change at 00:00 UTC, which is a rule, and for the choice in the settings.
OF_24_HOURS = re.compile(r"(?<![\d:])(?!00:00 UTC|14:05\s2:05)\d\d?:\d\d(:\d\d)?(?![\d:]|\s[AP]M)")
OF_12_HOURS = re.compile(r"\b1?\d:\d\d(:\d\d)?\s[AP]M")


def test_every_time_of_every_page_is_of_twelve_hours_for_who_reads_it_so(owner: User, client: Client) -> None:
    fill(owner)
    client.force_login(owner)
    client.post("/settings/formats", {"week_start": "0", "number_format": "comma", "clock_hours": "12"})

    texts = {path: text_of(client.get(path).text) for path in [*PRIVATE_PAGES, "/leaderboard"]}

    assert {path: found[0] for path, text in texts.items() if (found := OF_24_HOURS.search(text))} == {}
    assert len([path for path, text in texts.items() if OF_12_HOURS.search(text)]) > 10
