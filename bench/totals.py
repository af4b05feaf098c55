"""From calls to totals: one dirty date, and a first sync of 1,000,000 calls beside uploads of somebody else."""

import datetime
import random
import statistics
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from bench.growth import execute
from bench.ingest import NEWEST, Row, make_rows, read, through_http
from bench.servers import gunicorn, make_person, server
from bench.timing import timed

NAME = "totals"
CALLS_OF_DATE = 5_000
DATE_ROUNDS = 15
FIRST_SYNC = 1_000_000
DAYS = 300
CALLS_PER_UPLOAD = 10_000
CALLS_OF_OTHERS = 500
QUIET_UPLOADS = 20
PAUSE = 0.2  # seconds between the uploads of somebody else
PATIENCE = 300  # seconds


def run() -> None:
    with server():
        date = [rebuild_date(number) for number in range(DATE_ROUNDS)]
        with gunicorn(processes=2) as port, worker():
            lag, alone, beside = sync_first(port)
    print("| What | Measured | Aim |\n|---|---|---|")
    print(f"| rebuild of one date with {CALLS_OF_DATE:,} calls, ms | {statistics.median(date):.1f} | 50 |")
    print(f"| from the last receipt of {FIRST_SYNC:,} calls until all totals are right, s | {lag:.1f} | 15 |")
    for name, taken in (("alone", alone), ("beside it", beside)):
        middle, longest = statistics.median(taken) * 1000, max(taken) * 1000
        print(f"| upload of {CALLS_OF_OTHERS} calls by somebody else, {name}, ms (longest of {len(taken)}) |", end="")
        print(f" {middle:.0f} ({longest:.0f}) | |")


def rebuild_date(number: int) -> float:
    """Milliseconds, of a date that somebody worked through around the clock."""
    from uuid import UUID

    from codextime.usage.readings import CallReading
    from codextime.usage.services import rebuild_dirty_dates, store_calls

    user = make_person(f"date-{number}")
    step = datetime.timedelta(days=1) / CALLS_OF_DATE
    rows = timed_from(list(make_rows(random.Random(number), CALLS_OF_DATE)), NEWEST.replace(hour=0), step)
    calls = [read(CallReading, row) for row in rows]
    store_calls(user=user, device=None, source_key=UUID(int=1), label=None, calls=calls, now=NEWEST)
    dates: list[int] = []
    milliseconds = timed(lambda: dates.append(rebuild_dirty_dates(user_id=user.pk)))[1]
    assert dates == [1]
    return milliseconds


@contextmanager
def worker() -> Iterator[None]:
    """A worker as `codextime up` starts it."""
    from codextime.runtime.programs import worker as program

    with subprocess.Popen(program().command, stdout=subprocess.DEVNULL) as process:
        try:
            yield
        finally:
            process.terminate()


def sync_first(port: int) -> tuple[float, list[float], list[float]]:
    """Seconds until the totals are right, and of the uploads of somebody else before and meanwhile."""
    other = Other(port)
    alone = [other.upload() for _ in range(QUIET_UPLOADS)]
    send = through_http(port, name="first")
    is_over = threading.Event()
    beside: list[float] = []
    thread = threading.Thread(target=other.go_on, args=(is_over, beside))
    thread.start()
    try:
        for rows in uploads():
            send(rows)
        lag = wait_for_totals()
    finally:
        is_over.set()
        thread.join()
    check("first")
    return lag, alone, beside


class Other:
    """Somebody else, whose machines send a little all the time."""

    def __init__(self, port: int) -> None:
        self.send = through_http(port, name="other")
        self.dice = random.Random(2)

    def upload(self) -> float:
        """Seconds, of the newest calls of one day."""
        rows = list(make_rows(self.dice, CALLS_OF_OTHERS))
        return self.send(timed_from(rows, NEWEST - datetime.timedelta(days=1), datetime.timedelta(minutes=1)))

    def go_on(self, is_over: threading.Event, taken: list[float]) -> None:
        while not is_over.wait(PAUSE):
            taken.append(self.upload())


def uploads() -> Iterator[list[Row]]:
    """New calls of 300 days in the order of time."""
    dice = random.Random(1)
    step = datetime.timedelta(days=DAYS) / FIRST_SYNC
    for start in range(0, FIRST_SYNC, CALLS_PER_UPLOAD):
        first = NEWEST - datetime.timedelta(days=DAYS) + step * start
        yield timed_from(list(make_rows(dice, CALLS_PER_UPLOAD)), first, step)


def timed_from(rows: list[Row], first: datetime.datetime, step: datetime.timedelta) -> list[Row]:
    """The rows, at one time after the other."""
    return [row | {"at": wire_time(first + step * nth)} for nth, row in enumerate(rows)]


def wire_time(at: datetime.datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def wait_for_totals() -> float:
    """A mark goes when the totals it asked for are committed."""
    started = time.perf_counter()
    while execute(
        "SELECT 1 FROM usage_dirtydate JOIN accounts_user ON accounts_user.id = user_id "
        "WHERE email = 'first@example.org' LIMIT 1"
    ):
        assert time.perf_counter() - started < PATIENCE
        time.sleep(0.02)
    return time.perf_counter() - started


def check(name: str) -> None:
    """The totals are what all calls that were sent add up to."""
    from codextime.accounts.models import User
    from codextime.usage.models import Day
    from codextime.usage.services import check_totals

    user = User.objects.get(email=f"{name}@example.org")
    assert check_totals(user_id=user.pk) == []
    assert sum(Day.objects.filter(user=user).values_list("calls", flat=True)) == FIRST_SYNC
