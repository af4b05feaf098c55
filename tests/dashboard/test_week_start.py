"""Calendar, punch card and weeks of the time chart begin when the reader's weeks do."""

import datetime

import pytest

from codextime.dashboard.charts import heatmap, punchcard
from codextime.dashboard.timeline import start_of
from codextime.lib.reader import MONDAY, SATURDAY, SUNDAY, Habits, read_by

TODAY = datetime.date(2026, 11, 19)  # a Thursday
STARTS = pytest.mark.parametrize(
    ("week_start", "first", "row_of_wednesday", "names"),
    [
        (MONDAY, "2026-11-16", 2, "Mon Tue Wed Thu Fri Sat Sun"),
        (SUNDAY, "2026-11-15", 3, "Sun Mon Tue Wed Thu Fri Sat"),
        (SATURDAY, "2026-11-14", 4, "Sat Sun Mon Tue Wed Thu Fri"),
    ],
)


@STARTS
def test_charts_begin_the_week_with_its_first_day(
    week_start: int, first: str, row_of_wednesday: int, names: str
) -> None:
    with read_by(lambda: Habits(week_start=week_start)):
        calendar = heatmap.build_heatmap({}, last=TODAY, today=TODAY, measure="tokens", link=str)
        card = punchcard.build_punch_card({(2, 9): 1000})
        week = start_of(TODAY, "week")

    cells = {cell.on.isoformat(): cell for cell in calendar.cells}
    assert week == datetime.date.fromisoformat(first)
    assert (cells[first].y, cells["2026-11-18"].y) == (22, 22 + row_of_wednesday * heatmap.PITCH)
    assert len(calendar.cells) % 7 == (TODAY - week).days + 1
    assert [name for _, name in calendar.weekdays] == ["Mon", "Wed", "Fri"]
    assert " ".join(card.weekday_names) == " ".join(mark.text for mark in card.weekdays) == names
    assert card.dots[0].y == punchcard.TOP + row_of_wednesday * punchcard.ROW
    assert dict(card.table)["09:00"][row_of_wednesday] == "1,000"
