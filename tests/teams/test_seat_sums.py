"""Sums of seats over any period, from totals of months and years: they are what the single calls come to."""

from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest

from codextime.accounts.models import User
from codextime.dashboard.periods import Period
from codextime.dashboard.team.seat_sums import find_parts
from codextime.dashboard.team.team_usage import TeamUsage
from codextime.lib.tokens import Tokens
from codextime.pricing.estimates import NOTHING, Estimate, estimate
from codextime.pricing.selectors import get_book
from codextime.pricing.services import import_rates
from codextime.teams import rollups
from codextime.teams.models import Role, Seat, SeatRateTotal, Team
from codextime.usage.readings import CallReading
from tests.pricing.test_operator_rates import ROW, file_of
from tests.teams.sharing import join, make_team, share_new
from tests.teams.test_team_pages import client_of, rows_of, text_of
from tests.usage.burning import call

MODELS = ["gpt-5.6-sol", "gpt-5.4", "gpt-5.2-2025-12-11", "custom"]  # dated, changed, withdrawn, without a rate
PERIODS = [
    *((date(2025, 10, 1), date(2026, 11, 30)), (date(2026, 1, 1), date(2026, 12, 31))),
    *((date(2025, 11, 5), date(2026, 8, 20)), (date(2026, 8, 1), date(2026, 8, 31)), (date(2026, 8, 21),) * 2),
]


def period_of(first: date, last: date) -> Period:
    return Period("custom", first, last, last)


def some_calls(dice: Random) -> list[CallReading]:
    moments = [datetime(2025, 10, 1, tzinfo=UTC) + timedelta(hours=dice.randrange(24 * 400)) for _ in range(120)]
    edges = [datetime(2026, 8, 20, 23, 30, tzinfo=UTC), datetime(2026, 8, 31, 23, 30, tzinfo=UTC)]
    return [
        call(at, dice.choice(MODELS), tokens=(dice.choice([900, 300_000]), 600, 0, dice.randrange(500), 0))
        for at in (*moments, *edges)
    ]


def price_by_hand(calls: list[CallReading], team: Team, period: Period) -> Estimate:
    """One call at a time."""
    found = NOTHING
    for one in calls:
        if period.first <= one.at.astimezone(team.zone).date() <= period.last:
            tokens = Tokens(one.input_tokens, one.cached_input_tokens, 0, one.output_tokens, 0)
            is_long = one.input_tokens > 272_000
            found += estimate(one.model, one.at.date(), tokens, is_long_context=is_long, book=get_book())
    return found


def assert_priced(team: Team, calls: dict[int, list[CallReading]]) -> None:
    for first, last in PERIODS:
        usage, period = TeamUsage(team), period_of(first, last)
        details = usage.read_details(list(calls), period, usage.get_book())
        by_hand = {seat: price_by_hand(of_seat, team, period) for seat, of_seat in calls.items()}
        assert {seat: found.sum.estimate for seat, found in details.items()} == {
            seat: found for seat, found in by_hand.items() if found.tokens
        }
        ranked = usage.read_estimates(period, usage.get_book())
        assert {seat: float(usd) for seat, usd in ranked.items()} == {
            seat: pytest.approx(float(found.usd) if found.is_priced else -1, abs=2e-6)
            for seat, found in by_hand.items()
            if found.tokens
        }


def test_seats_are_priced_as_their_calls_are_also_by_rates_that_were_learned_later(owner: User) -> None:
    team, dice = make_team(time_zone="Pacific/Apia"), Random(11)  # noqa: S311 - the same in every run
    calls = {share_new(team, owner, *of_seat).pk: of_seat for of_seat in (some_calls(dice) for _ in range(2))}
    assert_priced(team, calls)
    made = SeatRateTotal.objects.count()

    import_rates(content=rates_of("gpt-5.4", "2026-06-16", "2026-08-02"), today=date(2026, 12, 1))

    assert_priced(team, calls)
    assert SeatRateTotal.objects.count() == made
    rollups.fix_totals()
    assert_priced(team, calls)
    assert SeatRateTotal.objects.count() > made
    assert rollups.check_totals() == []


def rates_of(model: str, *changes: str) -> bytes:
    """A price that doubles from one date to the next."""
    rates = [
        ROW | {"model": model, "effective_from": on, "effective_until": until, "input": str(2**n)}
        for n, (on, until) in enumerate(zip(("2025-01-01", *changes), (*changes, None), strict=True))
    ]
    return file_of(*rates)


@pytest.mark.parametrize(
    ("first", "last", "parts"),
    [
        (date(2024, 1, 1), date(2026, 12, 31), {(4, "2001-01-01")}),
        (date(2026, 1, 1), date(2026, 12, 31), {(3, "2026-01-01")}),
        (date(2026, 2, 3), date(2026, 12, 31), {(3, "2026-01-01")}),
        (date(2026, 2, 4), date(2026, 12, 31), {(1, "2026-02-04"), (2, "2026-03-01")}),
        (date(2025, 12, 31), date(2026, 2, 3), {(3, "2025-01-01"), (1, "2026-02-03")}),
        (date(2027, 1, 1), date(2027, 12, 31), set()),
    ],
)
def test_a_period_is_the_longest_spans_that_hold_its_days_and_no_others(
    first: date, last: date, parts: set[tuple[int, str]]
) -> None:
    active = [date(2025, 12, 31), date(2026, 2, 3), date(2026, 2, 4), date(2026, 3, 1)]

    found = find_parts(active, period_of(first, last))

    assert {(span, on.isoformat()) for span, on in found} == parts


def test_seats_are_in_the_order_of_their_estimates_with_those_without_a_rate_behind(owner: User) -> None:
    team = make_team()
    join(team, owner, "Ada", Role.OWNER)
    dear = {"dear": "gpt-5.4", "cheap": "gpt-5.4-mini", "unknown": "custom"}
    for label, model in dear.items():
        share_new(team, owner, call("2026-05-10T12:00+00:00", model), label=label)
    Seat.objects.create(team=team, user=owner, label="idle", starts_on=date(2025, 1, 1), created_at=team.created_at)

    page = text_of(owner, "/teams/acme/seats?period=month&on=2026-05-15&sort=-estimate")
    sheet = client_of(owner).get("/teams/acme/seats.csv?period=month&on=2026-05-15&sort=estimate").getvalue().decode()

    labels = ["dear", "cheap", "unknown", "idle"]
    assert [label for row in rows_of(page) for label in labels if f"{label}<" in row or f" {label} " in row] == labels
    assert [line.partition(",")[0] for line in sheet.splitlines()[1:]] == labels[::-1]
