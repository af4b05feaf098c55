"""The pages of a team of 1,000 seats with 10,000,000 calls over a year, beside one with a tenth of the calls and one of
10 seats. They may grow with seats and days, not with calls.

The calls themselves are not made: pages of a team read its totals only, and those are filled as calls would fill them.
"""

import datetime
from typing import Any, NamedTuple

from bench.overview import WARM_UP, measure_page, median
from bench.servers import server
from bench.timing import Timing

NAME = "teams"
ROUNDS = 9
PAGES = {
    "overview, 30 days": "",
    "overview, year": "?period=year",
    "overview, all time": "?period=all",
    "overview, by model, year": "?period=year&stack=model",
    "seats, 30 days": "/seats",
    "seats, year": "/seats?period=year",
    "seats, all time, by name": "/seats?period=all&sort=label",
    "board, 30 days": "/board",
    "board, all time": "/board?period=all",
}


class Size(NamedTuple):
    seats: int
    calls: int

    @property
    def name(self) -> str:
        return f"{self.seats:,} seats, {self.calls:,} calls"


SIZES = (Size(10, 100_000), Size(1_000, 1_000_000), Size(1_000, 10_000_000))

# Each seat on 5 days of 7, with two models at a time and a new one each quarter, 1 row in 8 of long context; days lie
# on two UTC dates, as they do but in UTC. A seat-day has 3.5 rows, so many that its calls are more or fewer.
FILL = """
INSERT INTO teams_seatday (team_id, seat_id, "on", utc_on, model_id, is_long_context, calls, input_tokens,
    cached_input_tokens, cache_write_input_tokens, output_tokens, reasoning_output_tokens)
SELECT %(team)s, seat.id, day, day - part, (%(models)s::int[])[1 + n / 92 + model], is_long, calls,
    calls * (20000 + seat.id %% 5000), calls * 15000, 0, calls * 900, calls * 300
FROM teams_seat AS seat
CROSS JOIN generate_series(0, 364) AS n
CROSS JOIN LATERAL (SELECT %(today)s::date - n AS day) AS days
CROSS JOIN (VALUES (0, 0, false), (0, 1, false), (1, 0, false), (0, 0, true)) AS kind (part, model, is_long)
CROSS JOIN LATERAL (SELECT ceil(%(calls)s / (%(seats)s * 260 * 3.5))::int AS calls) AS size
WHERE seat.team_id = %(team)s AND (n + seat.id) %% 7 < 5 AND (NOT is_long OR (n + seat.id) %% 2 = 0)
"""
ADD_UP = """
INSERT INTO teams_seattotal (team_id, seat_id, span, "on", calls, tokens, active_days, last_on)
SELECT team_id, seat_id, 1, "on", sum(calls), sum(input_tokens + output_tokens), 1, "on"
FROM teams_seatday WHERE team_id = %(team)s GROUP BY team_id, seat_id, "on" ORDER BY "on", seat_id;
INSERT INTO teams_seattotal (team_id, seat_id, span, "on", calls, tokens, active_days, last_on)
SELECT team_id, seat_id, 2, date_trunc('month', "on"::timestamp)::date, sum(calls), sum(tokens), count(*), max("on")
FROM teams_seattotal WHERE team_id = %(team)s AND span = 1 GROUP BY 1, 2, 4;
INSERT INTO teams_teamday (team_id, "on", utc_on, model_id, is_long_context, calls, input_tokens, cached_input_tokens,
    cache_write_input_tokens, output_tokens, reasoning_output_tokens)
SELECT team_id, "on", utc_on, model_id, is_long_context, sum(calls), sum(input_tokens), sum(cached_input_tokens),
    sum(cache_write_input_tokens), sum(output_tokens), sum(reasoning_output_tokens)
FROM teams_seatday WHERE team_id = %(team)s GROUP BY 1, 2, 3, 4, 5
"""


def run() -> None:
    with server():
        measured = measure_teams()
    print("| page | " + " | ".join(f"{size.name}: SQL, total (ms)" for size in SIZES) + " | queries |")
    print("|---|" + "---|" * (len(SIZES) + 1))
    for page in PAGES:
        row = [measured[size, page] for size in SIZES]
        print(f"| {page} | {' | '.join(f'{sql:.1f}, {whole:.1f}' for sql, whole, _ in row)} | {row[-1][2]} |")


def measure_teams() -> dict[tuple[Size, str], Timing]:
    """Medians by size and page. Teams take turns, so that what else the machine does strikes all of them."""
    from django.test import Client

    client = Client()
    slugs = {size: make_team(size, client if size is SIZES[0] else None) for size in SIZES}
    rounds: dict[tuple[Size, str], list[Timing]] = {}
    for _ in range(ROUNDS + WARM_UP):
        for size, slug in slugs.items():
            for page, path in PAGES.items():
                rounds.setdefault((size, page), []).append(measure_page(client, f"/teams/{slug}{path}"))
    return {key: median(measures[WARM_UP:]) for key, measures in rounds.items()}


def make_team(size: Size, client: Any) -> str:
    """A team whose reader is the one of `client`, or whoever signed in before."""
    from django.db import connection

    from codextime.accounts.models import User
    from codextime.teams.models import Membership, Role, Seat, Team
    from codextime.teams.rollup_models import SeatRollup
    from codextime.usage.models import ModelName

    now = datetime.datetime.now(datetime.UTC)
    team = Team.objects.create(
        name="Bench",
        slug=f"bench-{size.seats}-{size.calls}",
        time_zone="Europe/Berlin",
        created_at=now,
        is_board_on=True,
        monthly_token_budget=10**9,
    )
    reader, _ = User.objects.get_or_create(email="bench@example.org")
    if client:
        client.force_login(reader)
    Membership.objects.create(team=team, user=reader, name="Bench", role=Role.OWNER, joined_at=now)
    users = [User(email=f"{n}@{team.slug}.example.org") for n in range(size.seats)]
    User.objects.bulk_create(users)
    Membership.objects.bulk_create(
        Membership(team=team, user=user, name=f"Member {n}", role=Role.MEMBER, joined_at=now)
        for n, user in enumerate(users)
    )
    start = now.date() - datetime.timedelta(days=400)
    seats = [
        Seat(team=team, user=user, label=f"laptop {n}", starts_on=start, created_at=now, monthly_token_budget=10**6)
        for n, user in enumerate(users)
    ]
    Seat.objects.bulk_create(seats)
    SeatRollup.objects.bulk_create(
        SeatRollup(seat_id=seat.pk, team_id=team.pk, time_zone=team.time_zone, starts_on=start, sources=[])
        for seat in seats
    )
    names = ("gpt-6.1-sol", "gpt-5.6-terra", "gpt-5.4", "gpt-5.2", "custom")
    models = [ModelName.objects.get_or_create(name=name)[0].pk for name in names]
    parameters = {"team": team.pk, "models": models, "today": now.date(), "calls": size.calls, "seats": size.seats}
    with connection.cursor() as cursor:
        cursor.execute(FILL, parameters)
        cursor.execute(ADD_UP, parameters)
        cursor.execute("VACUUM ANALYZE teams_seatday, teams_seattotal, teams_teamday, teams_seat, teams_membership")
        cursor.execute("SELECT count(*), sum(calls) FROM teams_seatday WHERE team_id = %s", [team.pk])
        rows, calls = cursor.fetchone()
    print(f"{size.name}: {calls:,} calls in {rows:,} days of seats")
    return team.slug
