"""Numbers to geometry."""

import datetime
from decimal import Decimal
from itertools import pairwise

import pytest

from codextime.dashboard.charts.bars import PLOT, Bars, Bucket, build_bars, grid_step, labelled
from codextime.dashboard.charts.heatmap import Heatmap, build_heatmap
from codextime.dashboard.charts.punchcard import build_punch_card
from codextime.dashboard.charts.shares import build_shares, build_token_classes, find_colours
from codextime.dashboard.charts.sparkline import build_sparkline
from codextime.dashboard.sums import Sum
from codextime.dashboard.templatetags.charts import circles, sum_rows
from codextime.lib.tokens import Tokens
from codextime.pricing.estimates import Estimate

TODAY = datetime.date(2026, 11, 21)


def burned(tokens: int) -> Sum:
    return Sum(calls=1, tokens=Tokens(input_tokens=tokens))


def calendar(days: dict[datetime.date, Sum]) -> Heatmap:
    return build_heatmap(days, last=TODAY, today=TODAY, measure="tokens", link=str)


def bars(*counts: int) -> Bars:
    return build_bars([Bucket(str(n), str(n), {"m": burned(count)}) for n, count in enumerate(counts)], {"m": "m"})


def test_the_calendar_has_53_weeks_and_ends_today() -> None:
    cells = calendar({}).cells

    assert len(cells) == 52 * 7 + 6  # 21 Nov 2026 is a Saturday
    assert (cells[0].on, cells[-1].on) == (datetime.date(2025, 11, 17), TODAY)
    assert {cell.step for cell in cells} == {0}
    assert [cell.on for cell in calendar({}).rings] == [TODAY]


def test_days_get_five_steps_by_rank_not_by_size() -> None:
    days = {TODAY - datetime.timedelta(days=n): burned(10**n) for n in range(10)}

    steps = [cell.step for cell in calendar(days).cells[-10:]]

    assert steps == [5, 5, 4, 4, 3, 3, 2, 2, 1, 1]


@pytest.mark.parametrize("counts", [[7], [7, 7, 7]])
def test_the_busiest_day_always_has_the_last_step(counts: list[int]) -> None:
    days = {TODAY - datetime.timedelta(days=n): burned(count) for n, count in enumerate(counts)}

    assert calendar(days).cells[-1].step == 5


def test_the_picture_has_every_cell_in_the_path_of_its_step() -> None:
    shown = calendar({TODAY: burned(7)})

    paths = dict(shown.paths)
    assert paths[5] == "M1096 131h10v10h-10z"
    assert paths[0].count("M") == len(shown.cells) - 1


def test_the_day_that_the_page_shows_is_marked_once() -> None:
    yesterday = TODAY - datetime.timedelta(days=1)

    cells = build_heatmap({}, last=TODAY, today=TODAY, measure="tokens", link=str, chosen=yesterday).cells

    assert [cell.on for cell in cells if cell.is_chosen] == [yesterday]


def test_a_calendar_of_values_says_in_words_which_days_have_none() -> None:
    unpriced, priced = burned(7), burned(7)
    unpriced.estimate, priced.estimate = Estimate(tokens=7, unpriced_tokens=7), Estimate(tokens=7, usd=Decimal(1))
    days = {TODAY: unpriced, TODAY - datetime.timedelta(days=1): unpriced}

    blank = build_heatmap(days, last=TODAY, today=TODAY, measure="value", link=str)
    partly = build_heatmap(
        days | {TODAY - datetime.timedelta(days=2): priced}, last=TODAY, today=TODAY, measure="value", link=str
    )

    assert blank.is_blank
    assert "no value to show" in blank.note
    assert not partly.is_blank
    assert partly.note.replace("\u00a0", " ").startswith("2 days without colour had calls")


def test_months_of_the_calendar_do_not_touch() -> None:
    months = calendar({}).months

    assert [month.name for month in months][-3:] == ["Sep", "Oct", "Nov"]
    assert all(later.x - earlier.x >= 42 for earlier, later in pairwise(months))


@pytest.mark.parametrize(
    ("most", "step"), [(0, 1), (1, 1), (7, 2), (100, 25), (160_000_000, 40_000_000), (4 * 10**21, 10**21)]
)
def test_grid_lines_are_at_round_numbers_and_reach_the_largest_bar(most: int, step: int) -> None:
    assert grid_step(most) == pytest.approx(step)
    assert grid_step(most) * 4 >= most


def test_a_bar_is_as_high_as_its_share_of_the_scale() -> None:
    chart = bars(80, 40)

    assert [mark.text for mark in chart.grid] == ["0", "20", "40", "60", "80"]
    assert [float(bar.segments[0].height) for bar in chart.bars] == [PLOT - 1, PLOT / 2 - 1]


def test_a_bar_without_tokens_has_no_segment_and_a_tiny_one_can_be_seen() -> None:
    chart = bars(0, 1, 10**9)

    assert chart.bars[0].segments == []
    assert float(chart.bars[1].segments[0].height) >= 1


@pytest.mark.parametrize("count", [1, 5, 7, 24, 30, 62, 110])
def test_labels_of_the_axis_never_crowd(count: int) -> None:
    assert 1 <= len(labelled(count)) <= 6
    assert set(labelled(count)) <= set(range(count))


def test_the_kinds_of_tokens_fill_the_bar_without_counting_anything_twice() -> None:
    tokens = Tokens(input_tokens=800, cached_input_tokens=600, output_tokens=200, reasoning_output_tokens=50)

    classes = build_token_classes(tokens)

    assert [(kind.name, kind.exact, kind.x, kind.width) for kind in classes] == [
        ("Cached input", "600", "0%", "60%"),
        ("Uncached input", "200", "60%", "20%"),
        ("Visible output", "150", "80%", "15%"),
        ("Reasoning", "50", "95%", "5%"),
    ]


def test_small_shares_become_one() -> None:
    shares = build_shares({f"model-{n}": burned(100 - n) for n in range(8)}, kind="model")

    assert [share.name.replace("\u00a0", " ") for share in shares][-2:] == ["model-4", "3 more models"]
    assert shares[-1].sum.tokens.total == 95 + 94 + 93


def test_custom_models_are_grey_however_large() -> None:
    colours = find_colours({"custom": burned(9), "gpt-5.4": burned(5)})

    assert colours["custom"] == "series-other"
    assert colours["gpt-5.4"] == "series-1"


def test_the_area_of_a_dot_is_in_proportion() -> None:
    card = build_punch_card({(0, 9): 100, (2, 14): 400})

    small, large = (float(dot.radius) for dot in card.dots)
    assert small / large == pytest.approx(0.5, rel=0.02)
    assert card.busiest == "Most on Wednesdays, 14:00 to 15:00"


def test_dots_of_one_step_share_a_group() -> None:
    card = build_punch_card({(0, 9): 100, (1, 9): 400, (2, 14): 100})

    drawn = circles(card.dots)

    groups = [group.count("<circle ") for group in drawn.split("<g ")]
    assert groups == [0, 2, 1]
    assert [drawn.count(f'<g class="dot dot-{step}">') for step in (2, 5)] == [1, 1]
    assert circles([]) == ""


def test_without_calls_there_is_no_busiest_hour_and_no_line() -> None:
    assert build_punch_card({}).busiest == ""
    assert build_sparkline([0, 0, 0]) == ""
    assert build_sparkline([5]) == ""


def test_a_long_line_is_thinned_to_sixty_points() -> None:
    assert len(build_sparkline([1, 2] * 400).split()) <= 60


@pytest.mark.parametrize("name", ["<b>bold</b> & more", "with the separator \0 <b>in it</b>"])
def test_texts_of_tables_are_escaped(name: str) -> None:
    rows = sum_rows([(name, burned(1)), ("plain", burned(2))])

    assert "<b>" not in rows
    assert "&lt;b&gt;" in rows
    assert rows.count("<tr>") == 2
