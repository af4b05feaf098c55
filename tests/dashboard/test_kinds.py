"""Every private page of every kind of account answers, in words and numbers that people know."""

import datetime
import html
import re

import pytest
from django.test import Client
from django.utils import timezone

from codextime.accounts.models import User
from codextime.accounts.selectors import get_tracker_command
from codextime.usage.models import Call, Thread
from tests.browser.private_pages import NOTED, PRIVATE_PAGES
from tests.dashboard.kinds import FUTURE, KINDS, hourly
from tests.dashboard.threads import group
from tests.usage.burning import burn

# Of numbers as 1.234,5: an English comma between thousands, and a point before decimals.
ENGLISH = re.compile(r"(?<![\d.,])\d{1,3}(?:,\d{3})+(?!\d)|\$\d+\.\d{1,2}(?!\d)|\d\.\d{1,2}\s[%KMBT]|\d\.\d{4}(?!\d)")
NOT_SAID = re.compile(
    r"\b(NaN|nan|None(?! of)|inf|Infinity|null|undefined)\b|(?<!\w)[-\u2212]0\b|%\(\w+\)s|\{\{|\b\d+(\.\d+)?e[+-]\d+"
)
# Of teams, that nobody here is in, and what has nothing of anybody's usage.
OTHERS = ("/teams", "/accounts/", "/devices/pair", "/settings/read-tokens")
WORDS = {
    "empty": {"/dashboard": "Nothing burned yet", "/estimate": "Nothing to estimate yet", "/calls": "No calls yet"}
    | {"/insights": "No insights yet"},
    "partial": {"/dashboard": "being rebuilt.", "/insights": "Some dates are being rebuilt"},
    "huge": {"/dashboard?period=all": "999,680 model calls", "/calls": "999,680 calls"},
    "one call": {"/dashboard": "1 active day", "/calls": "1 call", "/dashboard?period=all": "1 day"},
    "unpriced": {
        "/dashboard": "None of these tokens has a public rate, so there is no estimate.",
        "/dashboard?measure=value": "None of the tokens of these days has a public rate",
        "/estimate": "unpriced",
    },
    "no output": {"/dashboard": "0 tokens, 0 % of all", "/estimate": "All of these tokens have a public rate."},
    "future model": {"/dashboard": FUTURE, "/estimate": "No public rate is listed."},
}


SOME_PERIODS = ("today", "30d&measure=value&by=week&stack=label")
ALL_PERIODS = (*SOME_PERIODS, "7d", "month", "year", "all")


def pages_of(user: User, now: datetime.datetime, periods: tuple[str, ...]) -> list[str]:
    """All private pages, with what there is of this account."""
    yesterday = now.astimezone(user.zone).date() - datetime.timedelta(days=1)
    fixed = [path for path in PRIVATE_PAGES if f"{NOTED:032x}" not in path and not path.startswith(OTHERS)]
    own = [f"{page}?period={period}" for page in ("/dashboard", "/estimate", "/insights") for period in periods]
    own += ["/estimate", "/insights", "/dashboard?measure=value", f"/days/{yesterday}", "/days/2025-01-01"]
    own += [f"/calls/{call.call_id.hex}" for call in Call.objects.filter(user=user)[:3]]
    return fixed + own + [f"/threads/{thread.pk}" for thread in Thread.objects.filter(user=user)[:3]]


def text_of(body: str) -> str:
    """What people read or hear of a page, on one line."""
    spoken = re.sub(
        r'<[^>]*?\b(?:title|aria-label)="([^"]*)"[^>]*>', r" \1 ", re.sub(r"<script.*?</script>", "", body, flags=re.S)
    )
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", spoken)).split())


@pytest.mark.parametrize(
    "periods",
    [pytest.param(SOME_PERIODS, id="some"), pytest.param(ALL_PERIODS, id="all", marks=pytest.mark.soak)],
)
@pytest.mark.parametrize("kind", KINDS)
def test_every_private_page_of_an_account_answers_in_plain_words(
    kind: str, owner: User, client: Client, periods: tuple[str, ...]
) -> None:
    now = timezone.now()
    KINDS[kind](owner, now)
    client.force_login(owner)

    texts = {}
    for path in [*pages_of(owner, now, periods), *WORDS[kind]]:
        answer = client.get(path)
        assert answer.status_code in (200, 302), path
        texts[path] = text_of(answer.content.decode())

    odd = [
        (path, text[max(0, m.start() - 60) : m.end() + 20])
        for path, text in texts.items()
        for m in [NOT_SAID.search(text)]
        if m
    ]
    assert odd == []
    assert {path: words for path, words in WORDS[kind].items() if words not in texts[path]} == {}


def test_pages_of_an_account_without_calls_say_the_command_that_sends_some(owner: User, client: Client) -> None:
    client.force_login(owner)
    for path in ("/dashboard", "/calls", "/estimate", "/insights", "/days/2025-01-01", "/devices"):
        assert get_tracker_command(owner) in text_of(client.get(path).content.decode()), path


def test_what_has_no_rate_is_no_empty_chart(owner: User, client: Client) -> None:
    KINDS["unpriced"](owner, timezone.now())
    client.force_login(owner)

    page = client.get("/estimate").content.decode()

    assert "Nothing of this period has a rate." in text_of(page)
    assert "plot-area" not in page


def test_every_page_writes_numbers_as_its_reader_does(owner: User, client: Client) -> None:
    now = timezone.now()
    owner.number_format = "point"
    owner.save()
    group(owner, *hourly(now, 30, tokens=(300_000, 200_000, 0, 7_000, 900)))
    burn(owner, *hourly(now, 10, every=3, tokens=(1_250, 1_000, 0, 7_000, 900)))
    client.force_login(owner)

    for path in pages_of(owner, now, SOME_PERIODS):
        if path != "/settings":  # which offers 1,234.5
            found = ENGLISH.search(text_of(client.get(path).text))
            assert found is None, (path, found)
