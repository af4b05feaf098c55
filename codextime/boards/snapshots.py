"""Snapshots: the boards brought up to date with the totals, in one transaction each, so that readers see one state.

One snapshot at a time. A small one takes the marks that rebuilds left, judges those dates and writes the scores of
their users; a full one begins a UTC date and writes all. Killed at any moment, either leaves everything as it was,
marks included.

**Who leaves waits for nobody for long.** Leaving, hiding and erasing hold `WHO_IS_LISTED`; a snapshot holds it only for
its last steps. Whoever leaves skips the rows that a snapshot has in hand, and a snapshot, once it holds the lock,
deletes what it wrote of listings that are gone by then. So neither waits for a row of the other, and nothing of them
stays.
"""

import datetime
import logging

from celery import current_app
from django.db import transaction
from django.db.models import F
from kombu.exceptions import OperationalError

from codextime.boards import judging, ranks, scoring
from codextime.boards.access import public_listings
from codextime.boards.models import HeldDate, Snapshot
from codextime.boards.periods import ONE_DAY
from codextime.lib.advisory_locks import Lock, hold_lock, try_lock
from codextime.usage.mark_models import RebuiltDate
from codextime.usage.services import take_rebuilt_dates

logger = logging.getLogger(__name__)

SNAPSHOT_TASK = "boards.take_snapshot"
USERS_PER_SNAPSHOT = 500  # keeps the time for which somebody who leaves may wait below a second
SNAPSHOT_ROW = 1


def start_snapshot() -> None:
    """Asks a worker for one now. Without the broker the scheduled one does it."""
    try:
        current_app.send_task(SNAPSHOT_TASK, retry=False)
    except OperationalError:
        logger.warning("The broker does not answer; the leaderboard follows when it does.")


def take_snapshot(*, now: datetime.datetime) -> None:
    """Brings the boards up to date: on a new UTC date all of them, then the users whose totals changed."""
    today = now.astimezone(datetime.UTC).date()
    begin_date(today=today, now=now)
    while apply_changes(now=now) >= USERS_PER_SNAPSHOT:
        pass


@transaction.atomic
def begin_date(*, today: datetime.date, now: datetime.datetime) -> None:
    """Writes the scores of all, as every period moves at midnight; does nothing where that was done, also by a worker
    whose clock is a little ahead. A clock that was far ahead does not stop the boards until its date has come."""
    is_done = Snapshot.objects.filter(on__range=(today, today + ONE_DAY))
    if not try_lock(Lock.SNAPSHOT) or is_done.exists():
        return
    begin_writing(today=today)
    end_writing(today=today, now=now)


def begin_writing(*, today: datetime.date) -> None:
    """The long part: people leave meanwhile."""
    scoring.take_more_memory()
    scoring.sum_all(today)
    scoring.put_all_scores()
    ranks.count_marks()


def end_writing(*, today: datetime.date, now: datetime.datetime) -> None:
    """The short part: who leaves waits. With 100,000 people on the board, a few tenths of a second."""
    hold_lock(Lock.WHO_IS_LISTED)
    ranks.put_marks()
    ranks.move_marks(scoring.delete_scores_of_gone(), {})
    put_snapshot(on=today, now=now)


@transaction.atomic
def apply_changes(*, now: datetime.datetime) -> int:
    """Applies what rebuilds changed for some users; how many. None of them while another snapshot is taken."""
    snapshot = Snapshot.objects.first() if try_lock(Lock.SNAPSHOT) else None
    if snapshot is None:
        return 0
    today = snapshot.on
    dates = take_rebuilt_dates(reader=RebuiltDate.Reader.BOARDS, users=USERS_PER_SNAPSHOT)
    users = {user for user, _ in dates}
    before = find_listings(users)
    if before:
        judging.judge_dates(sorted(date for date in dates if date[0] in before), now=now)
        hold_lock(Lock.WHO_IS_LISTED)
        put_changed_scores(before, find_listings(users), today=today)
        put_snapshot(on=today, now=now)
    else:
        Snapshot.objects.update(taken_at=now)
    return len(users)


def put_changed_scores(before: dict[int, int], after: dict[int, int], *, today: datetime.date) -> None:
    """Writes the scores of these listings (number by user). Who is in `before` only left in the meantime."""
    numbers = {*before.values(), *after.values()}
    old = scoring.read_scores(numbers)
    scoring.put_scores(today, listings=numbers)
    ranks.move_marks(old, scoring.read_scores(numbers))
    gone = {user: number for user, number in before.items() if after.get(user) != number}
    if gone:
        scoring.delete_date_scores(gone.values())
        HeldDate.objects.filter(user__in=gone.keys() - after.keys(), released_at=None).delete()


def find_listings(users: set[int]) -> dict[int, int]:
    return dict(public_listings().filter(user__in=users).values_list("user_id", "number"))


def put_snapshot(*, on: datetime.date, now: datetime.datetime) -> None:
    """Makes the boards' state a new one. Call it under `WHO_IS_LISTED`."""
    if not Snapshot.objects.update(number=F("number") + 1, on=on, taken_at=now):
        Snapshot.objects.create(pk=SNAPSHOT_ROW, number=1, on=on, taken_at=now)


def take_off(listing: int) -> None:
    """Removes a listing's scores from the boards, ranks of others included. Call it once the listing is not public any
    more, under `WHO_IS_LISTED`."""
    ranks.move_marks(scoring.delete_scores(listing), {})
    scoring.delete_date_scores([listing])
    Snapshot.objects.update(number=F("number") + 1)
