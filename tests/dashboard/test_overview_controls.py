"""What one can choose on the overview: two dates, a year of the calendar, what the chart stacks and shows alone."""

import datetime
import uuid

import pytest
from django.test import Client

from codextime.accounts.models import User
from codextime.dashboard.overview import Overview
from codextime.dashboard.queries import OverviewQuery, read_query
from codextime.dashboard.selectors import get_overview
from tests.usage.burning import burn, call

NOW = datetime.datetime(2026, 11, 21, 10, 0, tzinfo=datetime.UTC)


def overview(user: User, **asked: object) -> Overview:
    return get_overview(user=user, query=OverviewQuery(**asked), now=NOW)  # type: ignore[arg-type]


def custom(first: str, last: str) -> dict[str, object]:
    dates = datetime.date.fromisoformat(first), datetime.date.fromisoformat(last)
    return {"period": "custom", "first": dates[0], "last": dates[1]}


def test_two_dates_make_a_period_with_as_many_days_before_it(owner: User) -> None:
    burn(owner, *(call(f"2026-10-{day}T12:00+00:00") for day in ("05", "10", "12", "19", "20")))

    page = overview(owner, **custom("2026-10-10", "2026-10-19"))

    assert (page.period.title.replace("\u00a0", " "), page.period.subtitle) == ("10 days", "10 to 19 Oct 2026")
    assert page.now.calls == 3
    assert page.comparison == "changes against 30 Sep to 9 Oct 2026"
    assert (page.earlier, page.later) == ("", "")
    assert not any(choice.is_chosen for choice in page.periods)


@pytest.mark.parametrize(
    "dates",
    [
        "from=2025-10-02&to=2025-10-01",
        "from=2025-10-02",
        "from=&to=",
        "from=2025-02-30&to=2025-03-01",
        "from=2024-12-31&to=2025-03-01",
        "from=2025-12-31&to=9999-03-01",
    ],
)
def test_dates_that_make_no_period_get_a_page_that_says_which_do(client: Client, owner: User, dates: str) -> None:
    client.force_login(owner)

    answer = client.get(f"/dashboard?period=custom&{dates}&measure=calls")

    assert answer.status_code == 400
    assert "These dates make no period" in answer.text
    assert '<input type="hidden" name="measure" value="calls">' in answer.text
    assert client.get(f"/example?period=custom&{dates}").status_code == 400


def test_links_of_a_custom_period_keep_its_dates_and_other_periods_do_not(owner: User) -> None:
    query = read_query({"period": "custom", "from": "2026-10-10", "to": "2026-10-19", "on": "2026-10-01"})

    assert query.link(measure="calls") == "?period=custom&from=2026-10-10&to=2026-10-19&measure=calls"
    assert query.link(period="7d", on=None) == "?period=7d"


def test_the_calendar_shows_a_year_from_its_first_day_to_its_last(owner: User) -> None:
    burn(owner, call("2025-02-03T12:00+00:00"), call("2026-11-20T12:00+00:00"))

    recent, older, present = (overview(owner, year=year) for year in (None, 2025, 2026))

    assert [choice.name for choice in recent.years] == ["12 months", "2026", "2025"]
    assert [[choice.is_chosen for choice in page.years].index(True) for page in (recent, older, present)] == [0, 2, 1]
    assert [len(page.heatmap.cells) for page in (older, present)] == [365, 325]
    assert [day.on for day in older.heatmap.days] == ["Mon 3 Feb 2025"]
    assert older.activity.startswith("1\u00a0active day ")
    assert older.now.calls == 1  # the period stays


@pytest.mark.parametrize("year", [1, 2024, 2027, 9999])
def test_a_year_that_has_nothing_means_the_last_twelve_months(owner: User, year: int) -> None:
    burn(owner, call("2026-11-20T12:00+00:00"))

    assert overview(owner, year=year).heatmap == overview(owner).heatmap


def test_days_of_the_calendar_and_of_the_chart_open_the_page_of_the_day(owner: User) -> None:
    burn(owner, call("2026-11-20T12:00+00:00"))

    page = overview(owner)

    assert page.heatmap.days[0].link == "/days/2026-11-20"
    assert page.timeline.bars.bars[-2].link == "/days/2026-11-20"


@pytest.mark.parametrize("period", ["30d", "today"])
def test_the_chart_can_be_stacked_by_label(owner: User, period: str) -> None:
    burn(owner, call("2026-11-21T09:00+00:00", tokens=(300, 0, 0, 0, 0)), label="desk")
    burn(owner, call("2026-11-21T09:00+00:00", tokens=(50, 0, 0, 0, 0)), label="train", source=uuid.uuid4())

    page = overview(owner, period=period, stack="label")

    assert [entry.name for entry in page.timeline.legend] == ["desk", "train"]
    assert [sum_.tokens.total for _, sum_ in page.timeline.rows] == [350]
    assert "desk 300\ntrain 50" in max((bar.title for bar in page.timeline.bars.bars), key=len)


def test_an_entry_of_the_legend_shows_its_series_alone_and_again_all(owner: User) -> None:
    models = ("gpt-5.4", "o3", "custom", "unknown")
    burn(owner, *(call("2026-11-20T12:00+00:00", model, (n, 0, 0, 0, 0)) for n, model in enumerate(models, 1)))

    whole, one, others = (overview(owner, only=only) for only in ("", "o3", "other"))

    assert [entry.link for entry in whole.timeline.legend] == [
        "?only=o3#timeline",
        "?only=gpt-5.4#timeline",
        "?only=other#timeline",
    ]
    assert [sum(sum_.tokens.total for _, sum_ in page.timeline.rows) for page in (whole, one, others)] == [10, 2, 7]
    assert (whole.timeline.all_link, one.timeline.all_link) == ("", "?#timeline")
    assert one.now.tokens.total == 10  # the chart alone is narrowed


def test_a_name_that_the_chart_does_not_have_shows_all(owner: User) -> None:
    burn(owner, call("2026-11-20T12:00+00:00"), call("2026-11-20T12:00+00:00", "o3"))

    assert overview(owner, only="gpt-9").timeline.bars == overview(owner).timeline.bars


def test_who_has_used_nothing_before_learns_that_there_is_nothing_to_compare_with(owner: User) -> None:
    burn(owner, call("2026-11-20T12:00+00:00"))

    assert overview(owner).comparison == "nothing earlier to compare with"
    assert overview(owner, period="all").comparison == ""


def test_the_second_row_of_figures_is_what_the_calls_come_to(owner: User) -> None:
    tokens = (100_000, 60_000, 0, 5_000, 3_000)
    burn(owner, call("2026-10-10T12:00+00:00", "gpt-5.6-terra", tokens))
    burn(owner, *(call("2026-11-10T12:00+00:00", model, tokens) for model in ("gpt-5.6-terra", "gpt-5")))

    page = overview(owner)

    # gpt-5.6-terra saves 60,000 x (2 - 0.20), gpt-5 60,000 x (1.25 - 0.125); the credit card has only the first,
    # 40,000 x 50 + 60,000 x 5 + 5,000 x 300; all in millionths
    assert {figure.label: (figure.value, figure.note, figure.share) for figure in page.details} == {
        "Uncached input": ("80,000", "+100\u00a0%", ""),
        "Visible output": ("4,000", "+100\u00a0%", ""),
        "Reasoning": ("6,000", "+100\u00a0%", ""),
        "Cache savings": ("$0.18", "+62.5\u00a0%", ""),
        "Codex credits": ("3.80", "±0\u00a0%", "50\u00a0% counted"),
        "Threads": ("\u2013", "not grouped", ""),
    }


def test_records_are_those_of_all_time_and_fall_to_the_earlier_day(owner: User) -> None:
    burn(owner, call("2026-02-03T12:05+00:00", tokens=(500, 0, 0, 0, 0)), call("2026-02-05T12:05+00:00"))
    burn(owner, call("2026-03-05T12:05+00:00"), call("2026-03-06T14:05+00:00", tokens=(300, 0, 0, 0, 0)))
    burn(owner, call("2026-03-06T15:05+00:00", tokens=(300, 0, 0, 0, 0)))

    records = overview(owner, period="7d").records

    assert [(record.name, record.value.replace("\u00a0", " "), record.when) for record in records] == [
        ("Best day", "1,200", "Thu 5 Feb 2026"),
        ("Most calls in a day", "2", "Fri 6 Mar 2026"),
        ("Busiest hour", "1,200", "Thu 5 Feb 2026, 12:00 to 13:00"),
        ("Longest streak", "2 days", "5 to 6 Mar 2026"),
    ]
    assert records[0].link == "/days/2026-02-05"


def test_a_day_without_a_page_of_its_own_leads_to_the_overview_of_it() -> None:
    today = datetime.date(2026, 11, 21)
    find_link = OverviewQuery(has_pages=False, measure="calls", only="2025-01-01", path="/example").day_links(
        today=today
    )

    assert find_link(datetime.date(2025, 3, 4)) == "/example?period=today&on=2025-03-04&measure=calls&only=2025-01-01"
    assert find_link(today) == "/example?period=today&measure=calls&only=2025-01-01"
