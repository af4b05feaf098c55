"""The pages, the file and the API of a team of 1,000 seats with 10,000,000 calls over a year, beside one with a tenth
of the calls and one of 10 seats. They may grow with seats and days, not with calls.

The calls themselves are not made: pages of a team read its totals only, and those are filled as calls would fill them.
"""

import datetime
import json
import statistics
import time
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
    "seats, year, by estimate": "/seats?period=year&sort=-estimate",
    "seats, all time, by name": "/seats?period=all&sort=label",
    "board, 30 days": "/board",
    "board, all time": "/board?period=all",
}


FILES = {
    "seats as CSV, 30 days": "/teams/{slug}/seats.csv",
    "seats as CSV, all time": "/teams/{slug}/seats.csv?period=all",
    "API, seats, all time": "/api/v1/teams/{slug}/seats",
    "API, totals by day and model": "/api/v1/teams/{slug}/totals?by=day&group=model",
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


def run() -> None:
    with server():
        measured, files = measure_teams()
    print("| page | " + " | ".join(f"{size.name}: SQL, total (ms)" for size in SIZES) + " | queries |")
    print("|---|" + "---|" * (len(SIZES) + 1))
    for page in PAGES:
        row = [measured[size, page] for size in SIZES]
        print(f"| {page} | {' | '.join(f'{sql:.1f}, {whole:.1f}' for sql, whole, _ in row)} | {row[-1][2]} |")
    print(f"\n| of {SIZES[-1].name} | rows | first byte, whole (ms) | rows/s |\n|---|---|---|---|")
    for name, (rows, first, whole) in files.items():
        print(f"| {name} | {rows:,} | {first:.1f}, {whole:.1f} | {rows / whole * 1000:,.0f} |")


def measure_teams() -> tuple[dict[tuple[Size, str], Timing], dict[str, tuple[int, float, float]]]:
    """Medians by size and page, and those of the files of the largest team. Teams take turns, so that what
    else the machine does strikes all of them."""
    from django.test import Client

    client = Client()
    slugs = {size: make_team(size, client if size is SIZES[0] else None) for size in SIZES}
    rounds: dict[tuple[Size, str], list[Timing]] = {}
    for _ in range(ROUNDS + WARM_UP):
        for size, slug in slugs.items():
            for page, path in PAGES.items():
                rounds.setdefault((size, page), []).append(measure_page(client, f"/teams/{slug}{path}"))
    pages = {key: median(measures[WARM_UP:]) for key, measures in rounds.items()}
    return pages, measure_files(client, slugs[SIZES[-1]])


def measure_files(client: Any, slug: str) -> dict[str, tuple[int, float, float]]:
    """Rows, and milliseconds to the first byte and to the last one, by name; medians."""
    from django.core.cache import cache

    from codextime.teams.models import Membership
    from codextime.teams.tokens import make_team_token

    owner = Membership.objects.select_related("team", "user").get(team__slug=slug, role="owner")
    _, token = make_team_token(actor=owner, name="bench", now=datetime.datetime.now(datetime.UTC))
    measured = {}
    for name, path in FILES.items():
        rounds = []
        for _ in range(ROUNDS):
            cache.clear()  # of how many files were taken
            rounds.append(read_file(client, path.format(slug=slug), token))
        rows, firsts, wholes = zip(*rounds, strict=True)
        measured[name] = (rows[0], statistics.median(firsts), statistics.median(wholes))
    return measured


def read_file(client: Any, path: str, token: str) -> tuple[int, float, float]:
    start = time.perf_counter()
    answer = client.get(path, headers={"Authorization": f"Bearer {token}"} if "/api/" in path else {})
    assert answer.status_code == 200, answer.getvalue()
    pieces = iter(answer)
    content = [next(pieces)]
    first = time.perf_counter()
    content += pieces
    whole = time.perf_counter()
    text = b"".join(content)
    rows = len(json.loads(text)["rows"]) if "/api/" in path else len(text.splitlines()) - 1
    return rows, (first - start) * 1000, (whole - start) * 1000


def make_team(size: Size, client: Any) -> str:
    """A team whose reader is the one of `client`, or whoever signed in before."""
    from django.db import connection

    from codextime.accounts.models import User
    from codextime.teams.models import Membership, Role, Seat, Team
    from codextime.teams.rollup_models import SeatRollup
    from codextime.teams.rollup_totals import find_rate_keys
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
    parameters["keys"] = find_rate_keys()
    with connection.cursor() as cursor:
        cursor.execute(FILL, parameters)
        for statement in add_up():
            cursor.execute(statement, parameters)
        cursor.execute(
            "VACUUM ANALYZE teams_seatday, teams_seattotal, teams_seatratetotal, teams_teamday, teams_seat,"
            " teams_membership"
        )
        cursor.execute("SELECT count(*), sum(calls) FROM teams_seatday WHERE team_id = %s", [team.pk])
        rows, calls = cursor.fetchone()
    print(f"{size.name}: {calls:,} calls in {rows:,} days of seats")
    return team.slug


def add_up() -> list[str]:
    """The statements that make coarser totals of a team's days of seats, for all seats at once."""
    from codextime.teams import rollup_queries, rollup_totals

    of_team = "team_id = %(team)s"
    return [
        *rollup_totals.statements(of_team, {1: of_team} | dict.fromkeys(rollup_totals.FIRST_DAYS, "true")),
        f"""INSERT INTO teams_teamday (team_id, "on", utc_on, {rollup_queries.ROW})
        {rollup_queries.TEAM_DAYS.format(these=of_team)}""",
    ]
