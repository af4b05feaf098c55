"""`codextime pricing`: what the operator of a server knows better than the file that it came with."""

import json
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import ProgrammingError, connection

from codextime.lib.tokens import Tokens
from codextime.pricing import services
from codextime.pricing.estimates import estimate
from codextime.pricing.rates import PACKAGED, RateBook, find_rate
from codextime.pricing.selectors import get_book

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 20)
ROW: dict[str, Any] = {
    "model": "gpt-7",
    "effective_from": "2026-11-01",
    "effective_until": None,
    "input": "3",
    "cached_input": "0.3",
    "cache_write": None,
    "output": "12",
    "long_context": None,
    "checked_on": "2026-11-19",
    "evidence": "official page copy",
    "url": "https://developers.openai.com/api/docs/models/gpt-7",
}

TIER = {"over_input_tokens": 272_000, "input_multiplier": "2", "output_multiplier": "1.5"}


def file_of(*rows: dict[str, Any], **more: Any) -> bytes:
    return json.dumps({"rates": rows, **more}).encode()


def rate_of(model: str, book: RateBook) -> Decimal | None:
    rate = find_rate(model, TODAY, book)
    return rate and rate.input


def test_without_anything_of_the_operators_the_shipped_rates_hold() -> None:
    assert get_book() is PACKAGED


def test_an_imported_rate_is_what_calls_are_priced_with() -> None:
    services.import_rates(content=file_of(ROW), today=TODAY)

    priced = estimate("gpt-7", TODAY, Tokens(input_tokens=10**6), is_long_context=False, book=get_book())
    assert priced.usd == 3
    assert rate_of("gpt-7", PACKAGED) is None
    assert date(2026, 11, 1) in get_book().change_dates


def test_imported_rates_take_the_place_of_all_rates_of_their_model_and_of_no_other() -> None:
    services.import_rates(content=file_of(ROW | {"model": "gpt-5.6-sol"}), today=TODAY)

    assert [rate.input for rate in get_book().rates["gpt-5.6-sol"]] == [3]
    assert get_book().rates["gpt-5.4"] is PACKAGED.rates["gpt-5.4"]
    assert get_book().credits["gpt-5.6-sol"] != []


def test_a_file_is_also_read_from_standard_input_as_into_a_container(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", TextIOWrapper(BytesIO(file_of(ROW))))

    call_command("pricing", "import", "-")

    assert rate_of("gpt-7", get_book()) == 3


def test_the_shipped_file_can_be_imported_and_changes_nothing() -> None:
    shipped = Path(services.__file__).with_name("data") / "rates.json"

    call_command("pricing", "import", str(shipped))

    book = get_book()
    assert book.change_dates == PACKAGED.change_dates
    assert {model: [rate.amounts for rate in rates] for model, rates in book.rates.items()} == {
        model: [rate.amounts for rate in rates] for model, rates in PACKAGED.rates.items()
    }


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"{", "Input data was truncated"),
        (b"\xff\xfe", "malformed"),
        (b"{}", "it holds no rates"),
        (file_of(ROW | {"input": -1}), "below zero"),
        (file_of(ROW | {"input": "-1"}), "below zero"),
        (file_of(ROW | {"input": "NaN"}), "below zero"),
        (file_of(ROW | {"input": "1e999999999"}), "above 1,000,000"),
        (file_of(ROW | {"output": "1e-999999999"}), "over 9 decimals"),
        (file_of(ROW | {"long_context": TIER | {"input_multiplier": "-2"}}), "below zero"),
        (file_of(ROW | {"long_context": TIER | {"output_multiplier": "NaN"}}), "not a number"),
        (file_of(ROW | {"long_context": TIER | {"over_input_tokens": 200_000}}), "272000.*over_input_tokens"),
        (file_of(ROW | {"checked_on": "2062-11-19"}), "checked_on of gpt-7 is 2062-11-19"),
        (file_of(ROW | {"model": "gpt-7\n"}), r"rates\[0\].model"),
        (file_of(ROW | {"price": "1"}), "unknown field `price`"),
        (file_of(ROW | {"url": "javascript:alert(1)"}), r"rates\[0\].url"),
        (file_of(ROW | {"url": "https://openai.com.example.org/"}), r"rates\[0\].url"),
        (file_of(ROW | {"effective_until": "2026-11-01"}), "not after"),
        (file_of(ROW, ROW), "two rates of gpt-7 hold on 2026-11-01"),
        (file_of(ROW, aliases={}), "unknown field `aliases`"),
    ],
)
def test_a_file_that_is_not_in_order_says_where_and_imports_nothing(content: bytes, why: str) -> None:
    with pytest.raises(services.RatesUnreadable, match=why):
        services.import_rates(content=content, today=TODAY)

    assert get_book() is PACKAGED


def test_confirming_renews_the_evidence_of_a_model_and_of_no_other() -> None:
    services.confirm_rates(models=["gpt-5.4"], today=TODAY)

    [rate], [other] = get_book().rates["gpt-5.4"], get_book().rates["gpt-5.5"]
    assert (rate.evidence_on, rate.source) == (TODAY, "confirmed by this server's operator")
    assert rate.amounts == PACKAGED.rates["gpt-5.4"][0].amounts
    assert other.evidence_on < TODAY
    assert get_book().credits["gpt-5.4"][0].evidence_on == TODAY


def test_a_confirmation_says_nothing_about_later_evidence() -> None:
    services.confirm_rates(models=["gpt-5.4"], today=date(2026, 10, 1))

    assert get_book().rates["gpt-5.4"][0].source == "from third-party tables"


def test_an_import_takes_back_what_was_confirmed_of_other_figures() -> None:
    services.confirm_rates(models=["gpt-5.4"], today=TODAY)

    services.import_rates(content=file_of(ROW | {"model": "gpt-5.4"}), today=TODAY)

    assert get_book().rates["gpt-5.4"][0].source == "from a copy of the official page"


def test_forgetting_goes_back_to_the_shipped_rates() -> None:
    services.import_rates(content=file_of(ROW), today=TODAY)

    call_command("pricing", "forget", "gpt-7")

    assert get_book() is PACKAGED


@pytest.mark.parametrize("action", ["confirm", "forget"])
def test_an_unknown_model_stops_the_whole_command(action: str) -> None:
    services.confirm_rates(models=["gpt-5.4"], today=TODAY)

    with pytest.raises(CommandError, match="gpt-77 has no rates"):
        call_command("pricing", action, "gpt-5.4", "gpt-77")

    assert get_book().rates["gpt-5.4"][0].evidence_on == TODAY


def test_the_command_shows_what_was_confirmed(now: datetime, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("pricing", "confirm", "gpt-5.4")

    assert "gpt-5.4 from 5 Mar 2026: $2.5 input, $0.25 cached, $15 output" in capsys.readouterr().out


def test_a_file_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"none\.json cannot be read: No such file"):
        call_command("pricing", "import", str(tmp_path / "none.json"))


def test_before_the_first_start_the_command_says_what_to_do() -> None:
    def refuse(*_arguments: object) -> None:
        raise ProgrammingError("relation does not exist")

    with connection.execute_wrapper(refuse), pytest.raises(CommandError, match="start Codextime once"):
        call_command("pricing", "confirm", "gpt-5.4")
