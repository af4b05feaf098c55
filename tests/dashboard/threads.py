"""Calls in threads, as an upload of somebody who groups them brings them."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from codextime.accounts.models import User
from codextime.accounts.services import start_session_grouping
from codextime.usage.models import Thread
from codextime.usage.readings import CallReading
from tests.usage.burning import burn, call

START = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


def in_thread(
    thread: int,
    at: datetime = START,
    *,
    parent: int | None = None,
    model: str = "gpt-5.4",
    tokens: tuple[int, int, int, int, int] = (1000, 600, 0, 200, 50),
) -> CallReading:
    return call(at, model, tokens)._replace(
        thread=f"{thread:032x}", parent_thread=None if parent is None else f"{parent:032x}"
    )


def group(user: User, *calls: CallReading, label: str = "") -> None:
    """Stores calls of somebody who groups them, and rebuilds the totals."""
    start_session_grouping(user=user, now=START)
    user.refresh_from_db()
    if calls:
        burn(user, *calls, label=label)


def thread_of(user: User, number: int) -> Thread:
    return Thread.objects.get(user=user, key=UUID(int=number))


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)
