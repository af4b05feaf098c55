"""Seats of machines without a person, such as those that build software. Each has an account that nobody signs in to,
and one upload token at a time."""

from datetime import datetime

from django.db import transaction

from codextime.accounts.services import erase_user, make_machine_account
from codextime.devices.services import pair_own_device, revoke_all_devices
from codextime.ingest.services import remember_erased_tokens
from codextime.teams import audit
from codextime.teams.access import Right
from codextime.teams.locks import RightLost, lock_as
from codextime.teams.models import AuditEntry, MachineAccount, Membership, Seat, Team
from codextime.teams.rollups import rebuild_soon
from codextime.teams.seats import SeatGone, get_again, today_in

MOST_MACHINES = 1000  # of a team


class TooManyMachines(Exception):
    """The team has `MOST_MACHINES` already."""


class MachineEnded(Exception):
    """The seat has ended: it gets no new token."""


@transaction.atomic
def add_machine(*, actor: Membership, label: str, now: datetime) -> tuple[Seat, str]:
    """A team-owned seat from today on, and its upload token, which nothing can show again. Raises `TooManyMachines` and
    `TeamBeingDeleted`."""
    actor = lock_as(actor, Right.MANAGE, adds=True)
    if MachineAccount.objects.filter(team=actor.team).count() >= MOST_MACHINES:
        raise TooManyMachines
    account = make_machine_account(time_zone=actor.team.time_zone, now=now)
    MachineAccount.objects.create(user=account, team=actor.team)
    seat = Seat.objects.create(
        team=actor.team,
        user=account,
        is_team_owned=True,
        label=label,
        starts_on=today_in(actor.team, now),
        keeps_past=True,
        created_at=now,
    )
    _, token = pair_own_device(user=account, name=label, now=now)
    record(AuditEntry.Action.ADDED_MACHINE, actor, seat, now)
    return seat, token


@transaction.atomic
def renew_machine(*, actor: Membership, seat: Seat, now: datetime) -> str:
    """A new upload token in place of the one that was. Raises `MachineEnded` and `TeamBeingDeleted`."""
    actor = lock_as(actor, Right.MANAGE, adds=True)
    seat = get_machine(actor, seat)
    if seat.ends_on:
        raise MachineEnded
    revoke_all_devices(user=seat.user, now=now)
    _, token = pair_own_device(user=seat.user, name=seat.label, now=now)
    record(AuditEntry.Action.RENEWED_MACHINE, actor, seat, now)
    return token


@transaction.atomic
def end_machine(*, actor: Membership, seat: Seat, keeps_past: bool, now: datetime) -> None:
    """Its token stops working. What it used stays, or goes with its account; of an ended one, what stayed goes. Raises
    `SeatGone`, also if it has ended and is to stay."""
    actor = lock_as(actor, Right.MANAGE)
    seat = get_machine(actor, seat)
    if seat.ends_on and keeps_past:
        raise SeatGone
    record(AuditEntry.Action.ENDED_MACHINE, actor, seat, now)
    rebuild_soon()
    if not keeps_past:
        remember_erased_tokens(user=seat.user, now=now)
        erase_user(user=seat.user)
        return
    revoke_all_devices(user=seat.user, now=now)
    seat.ends_on = max(today_in(actor.team, now), seat.starts_on)
    seat.save(update_fields=["ends_on"])


def erase_machines_of(*, team: Team, now: datetime) -> None:
    """With all that they uploaded; their trackers are told that the account is gone."""
    for machine in MachineAccount.objects.select_related("user").filter(team=team):
        remember_erased_tokens(user=machine.user, now=now)
        erase_user(user=machine.user)


def get_machine(actor: Membership, seat: Seat) -> Seat:
    seat = get_again(actor.team, seat)
    if not seat.is_team_owned:
        raise RightLost
    return seat


def record(action: AuditEntry.Action, actor: Membership, seat: Seat, now: datetime) -> None:
    audit.record(team=actor.team, actor=actor, action=action, subject=seat.label, now=now)
