"""`codextime pricing check`: rates against saved price pages of invented layouts."""

from datetime import date
from decimal import Decimal
from io import BytesIO, TextIOWrapper
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from codextime.pricing.comparing import compare
from codextime.pricing.rates import PACKAGED
from codextime.pricing.saved_pages import find_amounts

TODAY = date(2026, 11, 21)
TABLE = """<!doctype html><html><head><title>$1 $2 $3 gpt-5.4</title><style>.o3 { margin: 1.0 }</style></head><body>
<p>We offer gpt-5.4 and gpt-5.5 and more from $0.01 on.</p>
<table><thead><tr><th>Model<th>Input<th>Cached<th>Output</thead>
<tr><td><b>gpt-5.4</b><td>$2.50<td>$0.25<td>$15.00
<tr><td>gpt-5.6-terra <span>new</span></td><td><div>$9.00</div></td><td>$0.20</td><td>$12.00</td></tr>
<tr><td>GPT-7</td><td>$3.00</td><td>$0.30</td><td>$12.00</td></tr>
</table><script>var x = "gpt-5.5 $5 $0.5 $30"</script><h2>Tools</h2><p>Search: $10.00 per 1k calls</p></body></html>"""
CARDS = """<section><h3>gpt-5.4-2026-03-05</h3><ul><li>Input: <strong>$2.50</strong> / 1M tokens</li>
<li>Cached input: $0.250 / 1M tokens</li><li>Output: $15 / 1M tokens</li><li>400,000 context window</li></ul></section>
<section><h3>gpt-5.6-terra</h3><p>Input: $2.00</p><p>Cached input: $0.20</p><p>Cache writes: $2.75</p>
<p>Output: $12.00</p></section><section><h3>o3</h3><p>Ask us.</p></section>"""
TEXT = """Codex credits per million tokens
gpt-5.6-terra   50   5   300
gpt-5.4 62.50 credits input, 6.25 credits cached, 370 credits output
"""


def outcome(page: str, **how: bool) -> dict[str, list[str]]:
    result = compare(page, PACKAGED, today=TODAY, **how)
    return {
        "agreed": [rate.model for rate in result.agreed],
        "different": [f"{one.rate.model} {' '.join(one.missing)}" for one in result.different],
        "unknown": [name for name, _ in result.unknown],
        "unread": result.unread,
    }


def test_rows_of_a_table_are_compared_whatever_is_not_closed() -> None:
    assert outcome(TABLE) == {
        "agreed": ["gpt-5.4"],
        "different": ["gpt-5.6-terra input"],
        "unknown": ["gpt-7"],
        "unread": ["gpt-5.5"],
    }


def test_lines_under_a_heading_are_compared_with_cache_writes_where_the_page_has_them() -> None:
    assert outcome(CARDS) == {
        "agreed": ["gpt-5.4"],
        "different": ["gpt-5.6-terra cache write"],
        "unknown": [],
        "unread": ["o3"],
    }


def test_credits_are_compared_with_the_text_of_a_page() -> None:
    assert outcome(TEXT, is_credits=True) == {
        "agreed": ["gpt-5.6-terra"],
        "different": ["gpt-5.4 output"],
        "unknown": [],
        "unread": [],
    }


def test_what_stands_under_another_heading_belongs_to_no_model() -> None:
    assert find_amounts(TABLE)["gpt-7"].amounts == {Decimal(3), Decimal("0.3"), Decimal(12)}


def test_models_in_force_that_the_page_leaves_out_are_named() -> None:
    absent = compare(TABLE, PACKAGED, today=TODAY).absent

    assert "gpt-6.2-sol" in absent
    assert "gpt-5.4" not in absent
    assert "codex-mini-latest" not in absent  # it ended


@pytest.mark.parametrize("page", ["", "<table><tr><td>", "<!doctype html><p>gpt-5.4", "\x00" * 9, "<tr>" * 50_000])
def test_a_page_without_anything_to_compare_finds_nothing(page: str) -> None:
    result = compare(page, PACKAGED, today=TODAY)

    assert result.agreed + result.different + result.unknown == []


@pytest.mark.django_db
def test_the_command_names_everything_and_ends_with_1_on_a_difference(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "page.html"
    path.write_text(TABLE)

    with pytest.raises(CommandError, match="Look at these on the page") as ended:
        call_command("pricing", "check", str(path))

    assert ended.value.returncode == 1
    report = capsys.readouterr().out
    assert "agrees   gpt-5.4, in force from 5 Mar 2026" in report
    assert "DIFFERS  gpt-5.6-terra: input 2 not found; the page has 0.20, 9.00, 12.00 beside it" in report
    assert "unknown  gpt-7" in report
    assert "No figures were found beside gpt-5.5." in report


@pytest.mark.django_db
def test_a_page_that_agrees_ends_well_and_one_without_figures_with_2(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", TextIOWrapper(BytesIO(b"gpt-5.4 $2.50 $0.25 $15.00")))
    call_command("pricing", "check", "-")
    assert "agrees   gpt-5.4" in capsys.readouterr().out

    monkeypatch.setattr("sys.stdin", TextIOWrapper(BytesIO(b"<html><div id=root></div></html>")))
    with pytest.raises(CommandError, match="Save the page as your browser shows it") as ended:
        call_command("pricing", "check", "-")
    assert ended.value.returncode == 2
