"""Keeping what teams see up to date: the totals of seats and teams, rebuilt from the slots of their members.

One rebuild at a time. It takes the marks that rebuilds of `usage` left, finds seats that are not what their totals were
made for (shared, changed, ended, deleted, of another time zone), and makes those anew, in one transaction: killed at
any moment it leaves everything as it was, marks included. Nobody who changes a seat need think of it.
"""

import logging
from collections.abc import Iterator

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

from codextime.lib.advisory_locks import Lock, hold_lock, try_lock
from codextime.teams import rollup_checks, rollup_queries
from codextime.teams.rollup_checks import WrongTotal
from codextime.teams.rollup_models import SeatRollup, TeamDay
from codextime.teams.rollup_queries import Date
from codextime.teams.rollup_totals import find_rate_keys, rebuild_seat_totals
from codextime.usage.mark_models import RebuiltDate
from codextime.usage.services import take_rebuilt_dates

logger = logging.getLogger(__name__)

REBUILD_TASK = "teams.rebuild"
USERS_AT_ONCE = 200  # of a transaction
SEATS_AT_ONCE = 50  # that are made as a whole


def start_rebuild() -> None:
    """Asks a worker for one now. Without the broker the scheduled one does it."""
    try:
        current_app.send_task(REBUILD_TASK, retry=False)
    except OperationalError:
        logger.warning("The broker does not answer; the totals of teams follow when it does.")


def rebuild_soon() -> None:
    """Once the seat that was changed is committed: what the team sees follows within moments."""
    transaction.on_commit(start_rebuild, robust=True)


def rebuild() -> int:
    """Brings all totals of teams up to date; how many seats were made anew, as a whole or in part."""
    number = 0
    while seats := rebuild_some():
        number += seats
    return number


@transaction.atomic
def rebuild_some() -> int:
    """Does nothing while somebody else does it."""
    if not try_lock(Lock.TEAM_TOTALS):
        return 0
    marked = take_marks()  # before anything is read: what is committed from now on has a mark that stays
    days = rollup_queries.forget_gone()
    outdated, keys = rollup_queries.find_outdated(limit=SEATS_AT_ONCE), find_rate_keys()
    for seat in outdated:
        made = rollup_queries.rebuild_whole_seat(seat)
        rebuild_seat_totals(seat, made, keys)
        days |= {(seat.team, on) for on in made}
    rollup_queries.put_rollups(outdated)
    changed = list(rebuild_marked(marked, {seat.seat for seat in outdated}, keys))
    days |= {day for of_seat in changed for day in of_seat}
    rollup_queries.rebuild_team_days(days)
    return len(outdated) + len(changed)


def take_marks() -> dict[int, list[Date]]:
    """Dates by user."""
    marked: dict[int, list[Date]] = {}
    for user, on in take_rebuilt_dates(reader=RebuiltDate.Reader.TEAMS, users=USERS_AT_ONCE):
        marked.setdefault(user, []).append(on)
    return marked


def rebuild_marked(marked: dict[int, list[Date]], made: set[int], keys: list[int]) -> Iterator[set[tuple[int, Date]]]:
    """Makes the marked dates of seats anew, but of those that were `made` as a whole; the days of each."""
    for seat in rollup_queries.hold_seats(marked):
        if seat.seat not in made:
            days = rollup_queries.rebuild_seat_dates(seat, marked[seat.user])
            rebuild_seat_totals(seat, days, keys)
            yield {(seat.team, on) for on in days}


@transaction.atomic
def check_totals() -> list[WrongTotal]:
    """Where totals are not what the slots add up to. Rebuilds wait meanwhile; what waits for one is not wrong."""
    hold_lock(Lock.TEAM_TOTALS)
    return rollup_checks.find_wrong()


def fix_totals() -> int:
    """Makes all totals of teams anew; of how many seats. Pages of teams are empty until their turn comes."""
    with transaction.atomic():
        hold_lock(Lock.TEAM_TOTALS)
        SeatRollup.objects.all().delete()
        TeamDay.objects.all().delete()
    return rebuild()
