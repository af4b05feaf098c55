"""Every page of somebody who is signed in, for two users with 1,000,000 calls in 20,000 threads each beside the calls
of 100,000 others: of one, threads last for hours, of the other for 50 days. What it takes of each, and what is beyond
the aims."""

import datetime
import statistics
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import urlencode

from bench import calls, threads
from bench.accounts import Account, fill_account
from bench.servers import server
from bench.timing import timed

NAME = "pages"
ROUNDS, WARM_UP = 5, 2
SQL_MS, TOTAL_MS, QUERIES, HTML = 40, 120, 12, 120_000  # at most
SORTED_MS = 700  # in all, of calls in the order of another column than time
OVERVIEWS = {
    "today": "period=today",
    "7 days": "period=7d",
    "30 days": "",
    "month before": "period=month&on={month}",
    "year": "period=year",
    "all time": "period=all",
    "200 days": "period=custom&from={first}&to={today}",
    "year by label and week": "period=year&stack=label&by=week",
    "value, all time": "period=all&measure=value",
}
PERIODS = {"30 days": "", "year": "period=year", "all time": "period=all"}
OF_TEAM = ("members", "leave", "invitations", "seats/share", "machines", "settings", "audit", "tokens")
OTHERS = (
    *("/estimate/rates", "/insights/thresholds", "/corrections", "/withdrawals", "/devices", "/devices/pair"),
    *("/settings", "/settings/read-tokens", "/teams", "/teams/new", "/accounts/email/", "/accounts/sessions/"),
    *("/accounts/password/change/", "/accounts/reauthenticate/", "/accounts/logout/", "/accounts/2fa/"),
)


class Taken(NamedTuple):
    """Medians in milliseconds; queries, and bytes of HTML."""

    sql: float
    whole: float
    queries: int
    html: int


def run() -> None:
    with server():
        from django.db import connection

        calls.make_client()
        threads.make_user("hours", calls.CALLS, threads.CALLS_PER_THREAD)
        accounts = [fill_account("hours@example.org"), fill_account("bench@example.org")]
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
        report(measure(accounts))


def measure(accounts: list[Account]) -> dict[str, list[Taken]]:
    """What each page takes of each account, by its name. Accounts take turns."""
    from django.test import Client

    clients = [Client() for _ in accounts]
    for client, account in zip(clients, accounts, strict=True):
        client.force_login(account.user)
    paths = [make_paths(account) for account in accounts]
    rounds: dict[tuple[str, int], list[Taken]] = {}
    for name in paths[0]:
        for _ in range(ROUNDS + WARM_UP):
            for number, client in enumerate(clients):
                rounds.setdefault((name, number), []).append(look(client, paths[number][name]))
    return {name: [median(rounds[name, number][WARM_UP:]) for number in range(len(accounts))] for name in paths[0]}


def make_paths(account: Account) -> dict[str, str]:
    """By name."""
    today = datetime.datetime.now(account.user.zone).date()
    yesterday, first = (str(today - datetime.timedelta(days=days)) for days in (1, 200))
    dates = {"today": str(today), "month": str(today.replace(day=1) - datetime.timedelta(days=1)), "first": first}
    sorts = [sign + column for column in threads.SORTS for sign in ("-", "")]
    presets = {"tokens": "sort=-tokens", "unpriced": "price=unpriced", "third parties": "price=estimated"}
    team = f"/teams/{account.team}"
    return {
        **{f"overview, {name}": f"/dashboard?{query.format(**dates)}" for name, query in OVERVIEWS.items()},
        "day": f"/days/{yesterday}",
        "calls": "/calls",
        "calls of a thread": f"/calls?thread={account.thread}",
        **{f"calls, preset: {name}": f"/calls?from={first}&to={today}&{query}" for name, query in presets.items()},
        **{f"calls by {sort}": f"/calls?sort=-{sort}" for sort in calls.SORTS},
        "call": f"/calls/{account.call}",
        **{f"threads by {sort}": f"/threads?{urlencode({'sort': sort})}" for sort in sorts},
        "thread": f"/threads/{account.thread}",
        **{f"estimate, {name}": f"/estimate?{query}" for name, query in PERIODS.items()},
        **{f"insights, {name}": f"/insights?{query}" for name, query in PERIODS.items()},
        **{f"own seats, {name}": f"/seats?{query}" for name, query in PERIODS.items()},
        **{f"team, {name}": f"{team}?{query}" for name, query in PERIODS.items()},
        **{f"team, {page}": f"{team}/{page}" for page in ("seats", "board", *OF_TEAM)},
        "team, a seat": f"{team}/seats/{account.seat}",
        **dict(zip(OTHERS, OTHERS, strict=True)),
    }


def look(client: Any, path: str) -> Taken:
    answers: list[Any] = []
    timing = timed(lambda: answers.append(client.get(path)))
    assert answers[0].status_code in {200, 302}, f"{path}: {answers[0].status_code}"  # some ask to sign in again
    return Taken(*timing, len(answers[0].content))


def median(rounds: list[Taken]) -> Taken:
    sql, whole, queries, html = zip(*rounds, strict=True)
    return Taken(statistics.median(sql), statistics.median(whole), max(queries), max(html))


def report(measured: Mapping[str, list[Taken]]) -> None:
    print(
        "| page | threads of hours: SQL, total, ms | queries | HTML, kB | threads of 50 days: SQL, total, ms | queries"
    )
    print("| HTML, kB | |\n|---|---|---|---|---|---|---|---|")
    for name, taken in measured.items():
        cells = " | ".join(f"{one.sql:.1f}, {one.whole:.1f} | {one.queries} | {one.html / 1000:.1f}" for one in taken)
        missed = sorted({aim for one in taken for aim in find_missed(name, one)})
        print(f"| {name} | {cells} | {', '.join(missed)} |")


def find_missed(name: str, taken: Taken) -> list[str]:
    """The aims that a page is beyond."""
    is_sorted = name.startswith("calls by ") or name == "calls, preset: tokens"
    limits = {
        "SQL": taken.sql > (SORTED_MS if is_sorted else SQL_MS),
        "total": taken.whole > (SORTED_MS if is_sorted else TOTAL_MS),
        "queries": taken.queries > QUERIES,
        "HTML": taken.html > HTML,
    }
    return [aim for aim, is_missed in limits.items() if is_missed]
