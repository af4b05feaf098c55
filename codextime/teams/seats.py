"""Sharing sources with a team, and ending it.

What is shown ends with yesterday in the team's zone, as today is not over: what a member still does today is theirs.
"""

import datetime
from collections.abc import Collection

from django.db import transaction

from codextime.accounts.models import User
from codextime.accounts.services import hold_staying_user
from codextime.teams import audit
from codextime.teams.access import Right, may_act_on
from codextime.teams.locks import RightLost, TeamGone, lock_as, lock_team
from codextime.teams.models import AuditEntry, Membership, Seat, SeatSource, Team
from codextime.teams.rollups import rebuild_soon
from codextime.usage.models import Source

EARLIEST = datetime.date(2020, 1, 1)  # before any call of Codex
LATEST_AHEAD = datetime.timedelta(days=366)
MOST_SEATS_OF_ONE = 100  # that somebody shares with a team
ONE_DAY = datetime.timedelta(days=1)


class SourceNotFound(LookupError):
    """A source is not the user's."""


class AlreadyShared(Exception):
    """A source is in a seat of the team already."""


class SharedUntil(Exception):
    """A source is in an ended seat whose days are still shown, up to `on`."""

    def __init__(self, on: datetime.date) -> None:
        super().__init__(on)
        self.on = on


class StartOutOfRange(ValueError):
    """No seat can start on this date."""


class TooManySeats(Exception):
    """The user has `MOST_SEATS_OF_ONE` in this team already."""


class SeatGone(LookupError):
    """The seat has ended, or was removed in this moment."""


def today_in(team: Team, now: datetime.datetime) -> datetime.date:
    return now.astimezone(team.zone).date()


@transaction.atomic
def share_seat(
    *,
    actor: Membership,
    source_ids: Collection[int],
    label: str,
    starts_on: datetime.date,
    keeps_past: bool,
    now: datetime.datetime,
) -> Seat:
    """Shows these sources of the actor's to the team from a date on. Raises `SourceNotFound`, `AlreadyShared`,
    `SharedUntil`, `StartOutOfRange`, `TooManySeats`, `AccountBeingErased` and `TeamBeingDeleted`."""
    actor = lock_as(actor, adds=True)
    hold_staying_user(user_id=actor.user_id)
    check_start(actor.team, starts_on, now)
    sources = find_free_sources(actor=actor, source_ids=source_ids, starts_on=starts_on)
    if Seat.objects.filter(team=actor.team, user=actor.user).count() >= MOST_SEATS_OF_ONE:
        raise TooManySeats
    seat = Seat.objects.create(
        team=actor.team,
        user=actor.user,
        label=label,
        starts_on=starts_on,
        keeps_past=keeps_past,
        created_at=now,
    )
    SeatSource.objects.bulk_create(SeatSource(seat=seat, source=source, team=actor.team) for source in sources)
    record(AuditEntry.Action.SHARED, actor, seat, now)
    rebuild_soon()
    return seat


def check_seat(
    *, actor: Membership, source_ids: Collection[int], starts_on: datetime.date, now: datetime.datetime
) -> None:
    """Whether these could be shared now. Raises what `share_seat` does about sources and the start."""
    check_start(actor.team, starts_on, now)
    find_free_sources(actor=actor, source_ids=source_ids, starts_on=starts_on)


def check_start(team: Team, starts_on: datetime.date, now: datetime.datetime) -> None:
    """Raises `StartOutOfRange`."""
    if not EARLIEST <= starts_on <= today_in(team, now) + LATEST_AHEAD:
        raise StartOutOfRange


def find_free_sources(*, actor: Membership, source_ids: Collection[int], starts_on: datetime.date) -> list[Source]:
    """The actor's sources that a seat from `starts_on` on may have, none of whose days would be shown twice. Raises
    `SourceNotFound`, `AlreadyShared` and `SharedUntil`."""
    sources = list(Source.objects.filter(user=actor.user, pk__in=set(source_ids)))
    if not sources or len(sources) != len(set(source_ids)):
        raise SourceNotFound
    taken = SeatSource.objects.filter(team=actor.team, source__in=sources)
    if taken.filter(is_current=True).exists():
        raise AlreadyShared
    last = taken.filter(seat__ends_on__gte=starts_on).order_by("-seat__ends_on").first()
    if last and last.seat.ends_on:
        raise SharedUntil(last.seat.ends_on)
    return sources


@transaction.atomic
def change_seat(*, actor: Membership, seat: Seat, label: str, keeps_past: bool, now: datetime.datetime) -> None:
    """Its label, and whether its past stays if it ends without its member being asked: of an ended one it does."""
    actor = lock_as(actor)
    seat = lock_own_seat(actor, seat)
    keeps_past = keeps_past or seat.ends_on is not None
    if (label, keeps_past) != (seat.label, seat.keeps_past):
        seat.label, seat.keeps_past = label, keeps_past
        seat.save(update_fields=["label", "keeps_past"])
        record(AuditEntry.Action.CHANGED_SEAT, actor, seat, now)


@transaction.atomic
def end_own_seat(*, actor: Membership, seat: Seat, keeps_past: bool, now: datetime.datetime) -> None:
    """Stops sharing. What was shared stays, up to yesterday, or goes; of an ended seat, what stayed goes. Raises
    `SeatGone`, also if it has ended and its past is to stay."""
    actor = lock_as(actor)
    seat = lock_own_seat(actor, seat)
    if seat.ends_on and keeps_past:
        raise SeatGone
    record(AuditEntry.Action.UNSHARED, actor, seat, now)
    end_seat(team=actor.team, seat=seat, keeps_past=keeps_past, now=now)


@transaction.atomic
def end_seat_of_another(*, actor: Membership, seat: Seat, now: datetime.datetime) -> None:
    """For managers; whether its past stays is what its member said when they shared it. Raises `SeatGone`, also if it
    has ended: its past stays then."""
    actor = lock_as(actor, Right.MANAGE)
    seat = get_again(actor.team, seat)
    if seat.ends_on:
        raise SeatGone
    member = Membership.objects.filter(team=actor.team, user=seat.user_id).first()
    if seat.is_team_owned or (member and not may_act_on(actor, member.role)):
        raise RightLost
    record(AuditEntry.Action.UNSHARED, actor, seat, now)
    end_seat(team=actor.team, seat=seat, keeps_past=seat.keeps_past, now=now)


def end_seat(*, team: Team, seat: Seat, keeps_past: bool, now: datetime.datetime) -> None:
    """Call it under the team's lock. A seat that ended is not ended anew: its past stays as it is, or goes."""
    rebuild_soon()
    ends_on = seat.ends_on or today_in(team, now) - ONE_DAY
    if not keeps_past or ends_on < seat.starts_on:
        seat.delete()
        return
    seat.ends_on, seat.keeps_past = ends_on, True
    seat.save(update_fields=["ends_on", "keeps_past"])
    SeatSource.objects.filter(seat=seat).update(is_current=False)


def end_seats_of(*, team: Team, user: User, keeps_past: bool | None, now: datetime.datetime) -> None:
    """Those of somebody who leaves; with `None`, as each of them says. If their past goes, so does that of seats that
    ended before. Call it under the team's lock."""
    seats = Seat.objects.filter(team=team, user=user)
    for seat in seats if keeps_past is False else seats.filter(ends_on=None):
        end_seat(team=team, seat=seat, keeps_past=seat.keeps_past if keeps_past is None else keeps_past, now=now)


@transaction.atomic
def take_back_seat(*, seat: Seat, now: datetime.datetime) -> None:
    """What stayed in a team that its member left goes after all."""
    try:
        team = lock_team(seat.team_id)
        seat = get_again(team, seat)
    except (TeamGone, SeatGone):
        return  # it went by itself
    audit.record(team=team, actor=None, action=AuditEntry.Action.UNSHARED, subject=seat.label, about=seat.user, now=now)
    seat.delete()
    rebuild_soon()


@transaction.atomic
def set_seat_budget(*, actor: Membership, seat: Seat, monthly_token_budget: int | None, now: datetime.datetime) -> None:
    """For managers; `None` for none."""
    actor = lock_as(actor, Right.MANAGE)
    seat = get_again(actor.team, seat)
    seat.monthly_token_budget = monthly_token_budget
    seat.save(update_fields=["monthly_token_budget"])
    record(AuditEntry.Action.CHANGED_SEAT, actor, seat, now)


def lock_own_seat(actor: Membership, seat: Seat) -> Seat:
    seat = get_again(actor.team, seat)
    if seat.user_id != actor.user_id:
        raise RightLost
    return seat


def get_again(team: Team, seat: Seat) -> Seat:
    """As it is now. Raises `SeatGone`."""
    found = Seat.objects.select_related("user").filter(team=team, pk=seat.pk).first()
    if found is None:
        raise SeatGone
    return found


def record(action: AuditEntry.Action, actor: Membership, seat: Seat, now: datetime.datetime) -> None:
    """The label is text of the seat's member, and goes with their account."""
    audit.record(team=actor.team, actor=actor, action=action, subject=seat.label, about=seat.user, now=now)
