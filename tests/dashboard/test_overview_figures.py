"""What the overview shows is what the calls add up to."""

import datetime
import random
import uuid
import zoneinfo
from collections import defaultdict
from decimal import Decimal

import msgspec
import pytest

from codextime.accounts.models import User
from codextime.dashboard.overview import Overview
from codextime.dashboard.queries import OverviewQuery
from codextime.dashboard.selectors import get_overview
from codextime.lib.formats import NONE, day_of_week, exact, exact_usd
from codextime.lib.tokens import Tokens
from codextime.pricing.estimates import estimate, total
from codextime.pricing.rates import RATES
from codextime.pricing.services import confirm_rates, import_rates
from codextime.usage.readings import CallReading
from tests.usage.burning import burn, call

QUIET = (
    ("today", None),
    ("7d", datetime.date(2026, 10, 15)),
    ("month", datetime.date(2026, 9, 1)),
)
NOW = datetime.datetime(2026, 11, 21, 10, 0, tzinfo=datetime.UTC)


def overview(user: User, **asked: object) -> Overview:
    return get_overview(user=user, query=OverviewQuery(**asked), now=NOW)  # type: ignore[arg-type]


def figures(page: Overview) -> dict[str, str]:
    return {figure.label: figure.value.replace("\u00a0", " ") for figure in page.figures}


def notes(page: Overview) -> dict[str, str]:
    return {figure.label: figure.note.replace("\u00a0", " ") for figure in page.figures}


def random_calls(count: int, seed: int = 11) -> list[CallReading]:
    dice = random.Random(seed)  # noqa: S311  # the same calls in every run
    calls = []
    for _ in range(count):
        at = NOW - datetime.timedelta(minutes=dice.randrange(420 * 24 * 60))
        read, written = dice.randrange(1, 400_000), dice.randrange(1, 9_000)
        parts = (read, dice.randrange(read), dice.randrange(min(read, 5_000)), written, dice.randrange(written))
        calls.append(call(at, dice.choice(["gpt-5.4", "gpt-5.6-terra", "gpt-6.2-sol", "custom"]), parts))
    return calls


@pytest.mark.parametrize("zone", ["UTC", "Asia/Kathmandu", "America/St_Johns", "Pacific/Kiritimati"])
def test_every_day_of_the_calendar_is_the_sum_of_its_calls_in_the_users_zone(owner: User, zone: str) -> None:
    owner.time_zone = zone
    owner.save()
    calls = burn(owner, *random_calls(300))
    expected: dict[datetime.date, list[int]] = defaultdict(lambda: [0, 0])
    for one in calls:
        day = expected[one.at.astimezone(zoneinfo.ZoneInfo(zone)).date()]
        day[0] += one.input_tokens + one.output_tokens
        day[1] += 1

    page = overview(owner, period="all")

    today = NOW.astimezone(zoneinfo.ZoneInfo(zone)).date()
    first = today - datetime.timedelta(days=today.weekday() + 52 * 7)
    assert {day.on: (day.sum.tokens.total, day.sum.calls) for day in page.heatmap.days} == {
        day_of_week(on): tuple(sums) for on, sums in expected.items() if on >= first
    }
    assert page.now.tokens.total == sum(tokens for tokens, _ in expected.values())


@pytest.mark.parametrize("zone", ["Asia/Kathmandu", "America/New_York", "Australia/Lord_Howe"])
def test_every_hour_of_the_week_is_the_sum_of_its_calls_in_the_users_zone(owner: User, zone: str) -> None:
    owner.time_zone = zone
    owner.save()
    expected: dict[tuple[str, str], int] = defaultdict(int)
    for one in burn(owner, *random_calls(300)):
        at = one.at.astimezone(zoneinfo.ZoneInfo(zone))
        expected[f"{at:%a}", f"{at:%H}:00"] += one.input_tokens + one.output_tokens

    card = overview(owner, period="all").punch_card

    for hour, cells in card.table:
        for weekday, cell in zip(card.weekday_names, cells, strict=True):
            assert cell == exact(expected[weekday, hour])
    assert len(card.dots) == len([tokens for tokens in expected.values() if tokens])


def test_the_estimate_prices_each_call_at_its_own_utc_date_and_context(owner: User) -> None:
    owner.time_zone = "Asia/Kathmandu"
    owner.save()
    calls = burn(owner, *random_calls(300))
    priced = total(
        estimate(
            one.model,
            one.at.date(),
            Tokens(*one[2:7]),
            is_long_context=one.input_tokens > 272_000,
        )
        for one in calls
    )

    page = overview(owner, period="all")

    assert page.now.usd == priced.usd
    assert page.rates.exact == exact_usd(priced.usd)
    assert page.now.estimate.unpriced_tokens == priced.unpriced_tokens
    assert {"custom", "gpt-6.2-sol"} <= {row.model for row in page.rates.unpriced}


def test_a_model_that_is_priced_on_some_days_only_says_so_and_since_when(owner: User) -> None:
    burn(owner, *(call(f"2026-07-{day}T12:00+00:00", "gpt-5-codex") for day in (21, 22, 23)))

    page = overview(owner, period="all")

    [left_out] = page.rates.unpriced
    assert (left_out.tokens, left_out.why) == ("1,200 of 3,600", "No public rate from 23 Jul 2026 on.")
    assert page.models[0].note.replace("\u00a0", " ").endswith("· 66.7 % priced")
    assert page.rates.share.replace("\u00a0", " ") == "66.7 % of these tokens have a public rate."


def test_an_estimate_says_which_of_its_rates_may_have_changed_since_their_evidence(owner: User) -> None:
    burn(owner, *(call("2026-11-19T12:00+00:00", model) for model in ("o3", "gpt-5.4")))
    burn(owner, call("2025-12-01T12:00+00:00", "codex-mini-latest"))

    rates = overview(owner, period="all").rates

    assert (
        rates.evidence
        == "Evidence dated 21 Aug to 9 Oct 2026, from a copy of the official page, or from third-party tables."
    )
    assert rates.caution == "More than 90 days old is that of o3: a rate may have changed since."
    assert rates.value != NONE


def test_what_the_operator_confirms_or_imports_reaches_the_estimate(owner: User) -> None:
    burn(owner, call("2026-11-19T12:00+00:00", "o3"), call("2026-11-19T12:00+00:00", "gpt-7", (10**6, 0, 0, 0, 0)))
    confirm_rates(models=["o3"], today=NOW.date())
    row = {"model": "gpt-7", "effective_from": "2026-11-01", "input": "3"}
    import_rates(
        content=msgspec.json.encode({"rates": [msgspec.to_builtins(RATES["gpt-5"][0]) | row]}), today=NOW.date()
    )

    rates = overview(owner).rates

    assert (rates.caution, rates.unpriced) == ("", [])
    assert [rate.input for rate in rates.rates if rate.model == "gpt-7"] == ["$3.00"]


def test_a_period_without_calls_says_that_nothing_was_used_and_where_the_nearest_calls_are(owner: User) -> None:
    burn(owner, call("2026-10-05T12:00+00:00"), call("2026-11-19T12:00+00:00"))

    today, october, september = (overview(owner, period=name, on=on) for name, on in QUIET)

    assert today.nothing
    assert (today.nothing.title, today.nothing.day) == ("Nothing used yet today", "Thu 19 Nov 2026")
    assert figures(today)["API-equivalent"] == NONE
    assert notes(today)["API-equivalent"] == "nothing used"
    assert notes(today)["Tokens burned"] == ""
    assert october.nothing
    assert october.nothing.title == "Nothing used from 9 to 15 Oct 2026"
    assert (october.nothing.nearest, october.nothing.link) == (
        "The last calls before that were on",
        "?period=7d&on=2026-10-05",
    )
    assert september.nothing
    assert september.nothing.nearest == "The first calls after that were on"


def test_changes_say_what_they_are_compared_with(owner: User) -> None:
    burn(owner, call("2026-10-01T12:00+00:00"), call("2026-11-19T12:00+00:00"))

    assert overview(owner).comparison == "changes against 23 Sep to 22 Oct 2026"
    assert overview(owner, period="7d").comparison == ""
    assert overview(owner, period="all").comparison == ""


def test_key_figures_compare_with_the_days_directly_before(owner: User) -> None:
    before = [call(f"2026-10-{day:02}T12:00+00:00", tokens=(800, 400, 0, 200, 0)) for day in (20, 21)]
    now = [call(f"2026-11-{day:02}T12:00+00:00", tokens=(800, 600, 0, 200, 0)) for day in (18, 19, 20)]
    burn(owner, *before, *now)

    page = overview(owner)

    assert figures(page) == {
        "Tokens burned": "3,000",
        "API-equivalent": "$0.01",
        "Active days": "3 / 30",
        "Streak": "3 days",
        "Cache reuse": "75 %",
        "Calls": "3",
    }
    assert [figure.note.replace("\u00a0", " ") for figure in page.figures] == [
        "+50 %",
        "+33.5 %",
        "+1",
        "longest 3",
        "+25 pt",
        "+50 %",
    ]


def test_a_streak_lasts_through_a_today_without_calls_yet_and_no_longer(owner: User) -> None:
    burn(owner, *(call(f"2026-11-{day:02}T12:00+00:00") for day in (5, 6, 7, 8, 18, 19)))

    page = overview(owner)

    assert figures(page)["Streak"] == "0 days"
    assert page.activity.replace("\u00a0", " ") == "6 active days · longest streak 4"


def test_usage_is_split_by_label_and_by_model(owner: User) -> None:
    burn(owner, call("2026-11-20T12:00+00:00", tokens=(300, 0, 0, 0, 0)), label="work laptop")
    burn(owner, call("2026-11-20T12:00+00:00", "o3", (100, 0, 0, 0, 0)), source=uuid.uuid4())

    page = overview(owner)

    assert [(share.name, share.percent.replace("\u00a0", " ")) for share in page.labels] == [
        ("work laptop", "75 %"),
        ("Source 2", "25 %"),
    ]
    assert [share.name for share in page.models] == ["gpt-5.4", "o3"]


def test_labels_have_what_they_used_in_the_period(owner: User) -> None:
    burn(owner, call("2026-11-20T12:00+00:00", tokens=(300, 0, 0, 0, 0)), label="work laptop")
    burn(owner, call("2026-11-12T12:00+00:00", tokens=(900, 0, 0, 0, 0)), label="before", source=uuid.uuid4())

    page = overview(owner, period="7d")

    assert [(share.name, share.sum.tokens.total) for share in page.labels] == [("work laptop", 300)]


def test_a_single_day_is_shown_by_the_hour_of_the_users_zone(owner: User) -> None:
    owner.time_zone = "Asia/Kathmandu"
    owner.save()
    burn(owner, call("2026-11-19T18:20+00:00"), call("2026-11-19T03:14+00:00", tokens=(5, 0, 0, 0, 0)))

    page = overview(owner, period="today", on=datetime.date(2026, 11, 20))

    assert [(name, sum_.tokens.total) for name, sum_ in page.timeline.rows] == [("Fri 20 Nov 2026, 00:00", 1200)]
    assert page.punch_card.busiest == "Most on Fridays, 00:00 to 01:00"


@pytest.mark.parametrize(("by", "bars"), [("day", 61), ("week", 9), ("month", 3)])
def test_the_chart_over_time_has_every_day_week_or_month(owner: User, by: str, bars: int) -> None:
    calls = burn(owner, call("2026-09-22T00:00+00:00"), call("2026-11-01T12:00+00:00"))

    page = overview(owner, period="all", by=by)

    drawn = page.timeline.bars.bars
    assert len(drawn) == bars
    assert sum(sum_.tokens.total for _, sum_ in page.timeline.rows) == len(calls) * 1200


@pytest.mark.parametrize(
    ("first", "by", "offered", "title"),
    [
        ("2026-09-20", "day", ["Weekly", "Monthly"], "Tokens by week"),
        ("2025-09-20", "day", ["Weekly", "Monthly"], "Tokens by month"),
        ("2025-02-20", "week", ["Monthly"], "Tokens by month"),
    ],
)
def test_a_grain_that_would_make_too_many_bars_is_not_offered(
    owner: User, first: str, by: str, offered: list[str], title: str
) -> None:
    burn(owner, call(f"{first}T12:00+00:00"))

    timeline = overview(owner, period="all", by=by).timeline

    assert ([choice.name for choice in timeline.grains], timeline.title) == (offered, title)


def test_what_is_not_rebuilt_yet_is_announced(owner: User) -> None:
    burn(owner, call("2026-11-18T12:00+00:00"))
    burn(owner, call("2026-11-19T12:00+00:00"), call("2026-11-20T12:00+00:00"), is_rebuilt=False)

    assert overview(owner).rebuilding.replace("\u00a0", " ") == "2 dates are being rebuilt."


@pytest.mark.parametrize(
    ("tokens", "burned", "value"),
    [
        ((0, 0, 0, 0, 0), "0", "$0"),
        ((1, 0, 0, 0, 0), "1", "< $0.01"),
        ((2**62, 0, 0, 2**31 - 1, 0), "4.61 Qi", "$23.1 T"),
    ],
    ids=["nothing", "one token", "more than a bigint"],
)
def test_extreme_counts_look_right(
    owner: User, tokens: tuple[int, int, int, int, int], burned: str, value: str
) -> None:
    burn(owner, call("2026-11-20T12:00+00:00", tokens=tokens))

    page = overview(owner)

    assert figures(page)["Tokens burned"] == burned
    assert figures(page)["API-equivalent"] == value


def test_without_any_rate_there_is_no_estimate_instead_of_zero(owner: User) -> None:
    burn(owner, call("2026-11-20T12:00+00:00", "custom"))

    page = overview(owner)

    assert figures(page)["API-equivalent"] == NONE
    assert notes(page)["API-equivalent"] == "no public rate"
    assert page.rates.share == "None of these tokens has a public rate, so there is no estimate."
    assert page.models[0].sum.value == "unpriced"
    assert exact(page.now.estimate.unpriced_tokens) == "1,200"
    assert page.now.usd == Decimal(0)
