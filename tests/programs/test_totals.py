"""Totals for programs are those of the pages, and add up, however they are grouped."""

import re
import uuid
from collections import Counter
from datetime import date, datetime, timedelta
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from codextime.accounts.models import User
from codextime.accounts.services import start_session_grouping
from codextime.pricing.own_rates import set_own_rate
from codextime.programs.totals import SUM_COLUMNS
from codextime.usage.models import TOKEN_FIELDS
from codextime.usage.readings import CallReading, Withdrawal
from codextime.usage.services import change_time_zone, rebuild_dirty_dates, store_calls
from tests.programs.asking import Program
from tests.usage.burning import burn, call

OTHER_HOME = uuid.UUID(int=7)
GRAINS, GROUPS = ("hour", "day", "week", "month"), ("model", "label", "thread")
QUESTIONS = [
    "&".join(part for part in (by and f"by={by}", group and f"group={group}") if part)
    for by in ("", *GRAINS)
    for group in ("", *GROUPS)
]
SPAN = "from=2026-10-01&to=2026-11-21"


def threaded(reading: CallReading, thread: int) -> CallReading:
    return reading._replace(thread=f"{thread:032x}")


@pytest.fixture
def used(owner: User) -> User:
    """Two homes, three models of which one has no rate, long context, two threads, a withdrawn call, and a zone
    of half hours."""
    start_session_grouping(user=owner, now=timezone.now())
    burn(
        owner,
        threaded(call("2026-11-20T10:00Z", tokens=(300_000, 1000, 0, 77, 3)), 1),
        threaded(call("2026-11-20T18:45Z", "gpt-5.1-codex"), 2),
        threaded(call("2026-11-19T23:15Z", "custom"), 2),
        call("2026-10-31T18:29:59.999Z", tokens=(33, 0, 0, 11, 0)),
        label="desk",
    )
    burn(owner, call("2026-10-31T18:30Z", tokens=(44, 0, 0, 13, 0)), call("2026-11-01T00:00Z"), source=OTHER_HOME)
    [wrong] = burn(owner, threaded(call("2026-11-20T11:00Z"), 1), source=OTHER_HOME)
    withdrawal = Withdrawal(wrong.call_id, 258, "duplicate")
    store_calls(
        user=owner,
        device=None,
        source_key=OTHER_HOME,
        label=None,
        calls=(),
        withdrawals=[withdrawal],
        now=timezone.now(),
    )
    rebuild_dirty_dates(user_id=owner.pk)
    change_time_zone(user=owner, name="Asia/Kolkata")
    return owner


def amounts(row: dict[str, Any]) -> Counter[str]:
    return Counter({name: Decimal(row[name] or 0) for name in SUM_COLUMNS})


def test_the_sum_over_any_grouping_is_the_whole(program: Program, used: User) -> None:
    whole = program.read(f"totals?{SPAN}")["total"]

    for question in QUESTIONS:
        answer = program.read(f"totals?{SPAN}&{question}")

        assert answer["total"] == whole, question
        assert sum(map(amounts, answer["rows"]), Counter()) == amounts(whole), question
    assert whole["calls"] == 6


def test_days_are_those_of_the_owner_s_zone(program: Program, used: User) -> None:
    days = {row["day"]: row["calls"] for row in program.read("totals?by=day")["rows"]}

    assert days == {"2026-10-31": 1, "2026-11-01": 2, "2026-11-20": 2, "2026-11-21": 1}


def test_hours_begin_where_they_begin_in_the_zone(program: Program, used: User) -> None:
    rows = program.read(f"totals?{SPAN}&by=hour&group=thread")["rows"]

    assert [(row["hour"], row["thread"] and row["thread"][-1], row["calls"]) for row in rows] == [
        ("2026-10-31T23:00:00+05:30", None, 1),
        ("2026-11-01T00:00:00+05:30", None, 1),
        ("2026-11-01T05:00:00+05:30", None, 1),
        ("2026-11-20T04:00:00+05:30", "2", 1),
        ("2026-11-20T15:00:00+05:30", "1", 1),
        ("2026-11-21T00:00:00+05:30", "2", 1),
    ]
    assert [row["hour"] for row in rows] == [row["hour"] for row in program.read(f"totals?{SPAN}&by=hour")["rows"]]


def test_threads_have_by_day_what_their_calls_add_up_to(program: Program, used: User) -> None:
    hours = program.read(f"totals?{SPAN}&by=hour&group=thread")["rows"]  # from calls; days are read from their totals
    by_hand: dict[tuple[str, str | None], Counter[str]] = {}
    for row in hours:
        by_hand.setdefault((row["hour"][:10], row["thread"]), Counter()).update(amounts(row))

    days = program.read(f"totals?{SPAN}&by=day&group=thread")["rows"]

    assert {(row["day"], row["thread"]): amounts(row) for row in days} == by_hand
    whole = program.read(f"totals?{SPAN}&group=thread")["rows"]
    assert [(row["thread"] and row["thread"][-1], row["calls"]) for row in whole] == [("1", 1), ("2", 2), (None, 3)]


def test_the_two_hours_of_one_name_stay_apart_when_clocks_go_back(program: Program, owner: User) -> None:
    burn(owner, call("2026-10-25T00:30Z"), call("2026-10-25T01:30Z"), call("2026-10-25T02:30Z"))
    change_time_zone(user=owner, name="Europe/Berlin")

    rows = program.read("totals?by=hour&from=2026-10-25&to=2026-10-25")["rows"]

    assert [row["hour"] for row in rows] == [
        "2026-10-25T02:00:00+02:00",
        "2026-10-25T02:00:00+01:00",
        "2026-10-25T03:00:00+01:00",
    ]


def test_weeks_begin_on_monday_and_months_on_the_first(program: Program, used: User) -> None:
    assert [row["week"] for row in program.read("totals?by=week")["rows"]] == ["2026-10-26", "2026-11-16"]
    assert [row["month"] for row in program.read("totals?by=month")["rows"]] == ["2026-10-01", "2026-11-01"]


def test_models_and_labels_narrow_what_is_summed(program: Program, used: User) -> None:
    both = program.read("totals?group=model&label=desk&model=gpt-5.4&model=custom")["rows"]

    assert {row["model"]: row["calls"] for row in both} == {"gpt-5.4": 2, "custom": 1}
    assert program.read("totals?label=Source%201")["total"]["calls"] == 2
    assert program.read("totals?label=nowhere&group=thread")["rows"] == []


def test_what_has_no_rate_has_no_amount_and_what_nobody_used_costs_nothing(program: Program, used: User) -> None:
    custom = program.read("totals?model=custom")["total"]

    assert (custom["api_equivalent_usd"], custom["unpriced_tokens"]) == (None, 1200)
    assert program.read("totals?model=nothing")["total"]["api_equivalent_usd"] == "0"


def test_calls_of_tomorrow_count_tomorrow(program: Program, owner: User) -> None:
    burn(owner, call(timezone.now()), call(timezone.now() + timedelta(hours=23, minutes=59)))

    assert program.read("totals")["total"]["calls"] == 1
    assert program.read("totals?to=2999-12-31&group=thread")["total"]["calls"] == 2


def test_the_overview_shows_the_same(program: Program, used: User, client: Client) -> None:
    client.force_login(used)
    page = unescape(client.get("/dashboard?period=all").text)
    whole = program.read("totals")["total"]
    by_model = program.read("totals?group=model")["rows"]
    by_label = program.read("totals?group=label")["rows"]

    assert f"{whole['tokens']:,} tokens" in page
    assert f"Estimate: ${Decimal(whole['api_equivalent_usd']):,.4f}" in page
    assert f"{whole['unpriced_tokens']:,} tokens have no public rate" in page
    for row in [*by_model, *by_label]:
        cost = f"${Decimal(row['api_equivalent_usd']):,.4f}" if row["api_equivalent_usd"] else "unpriced"
        assert re.search(rf"{row['tokens']:,} tokens, {row['calls']}\s+calls?, {re.escape(cost)}", page), row


def test_answers_name_all_token_counts(program: Program, owner: User, now: datetime) -> None:
    burn(owner, call(now, tokens=(1000, 600, 30, 200, 50)))

    total = program.read("totals")["total"]

    assert [total[name] for name in ("tokens", *TOKEN_FIELDS)] == [1200, 1000, 600, 30, 200, 50]


@pytest.mark.parametrize("question", ["", "?by=hour&from=2026-11-01"])
def test_amounts_are_at_ones_own_rates_where_there_are_any(program: Program, used: User, question: str) -> None:
    before = Decimal(program.read(f"totals{question}")["total"]["api_equivalent_usd"])
    zero, one = Decimal(0), Decimal(1)

    set_own_rate(
        user=used,
        model="custom",
        effective_from=date(2026, 11, 1),
        input_usd=one,
        cached_input_usd=zero,
        output_usd=zero,
        now=timezone.now(),
    )

    # 400 uncached tokens of one call
    assert Decimal(program.read(f"totals{question}")["total"]["api_equivalent_usd"]) - before == Decimal("0.0004")
