"""Making a team, what it is called, and its end."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from codextime.accounts.models import User
from codextime.accounts.services import hold_staying_user
from codextime.teams import audit
from codextime.teams.access import Right
from codextime.teams.locks import TeamGone, lock_as, lock_team
from codextime.teams.machines import erase_machines_of
from codextime.teams.models import AuditEntry, Membership, Role, Team
from codextime.teams.zones import move_seats_to_zone

MOST_OWN_TEAMS = 20  # that somebody owns: nobody has more, and nobody fills the table
CHANGE_ONES_MIND_WITHIN = timedelta(days=14)


class SlugTaken(Exception):
    """Another team has this address."""


class TooManyTeams(Exception):
    """The user owns `MOST_OWN_TEAMS` already."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What managers choose for a team; the budget in tokens a month."""

    name: str
    time_zone: str
    is_board_on: bool
    monthly_token_budget: int | None


@transaction.atomic
def create_team(*, user: User, name: str, slug: str, time_zone: str, own_name: str, now: datetime) -> Team:
    """A team of which the user is the owner, under `own_name`. Raises `SlugTaken`, `TooManyTeams` and
    `AccountBeingErased`."""
    hold_staying_user(user_id=user.pk)
    if Membership.objects.filter(user=user, role=Role.OWNER).count() >= MOST_OWN_TEAMS:
        raise TooManyTeams
    team = Team(name=name, slug=slug, time_zone=time_zone, created_at=now)
    save_with_slug(team)
    owner = Membership.objects.create(team=team, user=user, name=own_name, role=Role.OWNER, joined_at=now)
    audit.record(team=team, actor=owner, action=AuditEntry.Action.CREATED, subject=name, now=now)
    return team


def save_with_slug(team: Team) -> None:
    """Raises `SlugTaken`: the rule of the table knows, also of two at once."""
    try:
        with transaction.atomic():
            team.save()
    except IntegrityError:
        raise SlugTaken from None


@transaction.atomic
def change_settings(*, actor: Membership, settings: Settings, now: datetime) -> None:
    """For managers. With another zone the seats begin and end with other days, and never show more than before."""
    actor = lock_as(actor, Right.MANAGE)
    team = actor.team
    changed = [name for name in Settings.__slots__ if getattr(team, name) != getattr(settings, name)]
    if "time_zone" in changed:
        move_seats_to_zone(team=team, time_zone=settings.time_zone, now=now)
    for name in changed:
        setattr(team, name, getattr(settings, name))
        detail, subject = describe_setting(name, getattr(settings, name))
        audit.record(
            team=team,
            actor=actor,
            action=AuditEntry.Action.CHANGED_SETTINGS,
            subject=subject,
            detail=detail,
            now=now,
        )
    team.save(update_fields=changed)


WORDS: dict[bool | None, str] = {True: "on", False: "off", None: "none"}  # of `audit_words.DETAILS`


def describe_setting(name: str, value: str | int | None) -> tuple[str, str]:
    """Detail and subject of its line in the log, whose readers have languages of their own."""
    if value is None or isinstance(value, bool):
        return " ".join((name, WORDS[value])), ""
    return name, str(value)


@transaction.atomic
def change_slug(*, actor: Membership, slug: str, now: datetime) -> None:
    """For owners; the old address is free at once. Raises `SlugTaken`."""
    actor = lock_as(actor, Right.OWN)
    actor.team.slug = slug
    save_with_slug(actor.team)
    audit.record(
        team=actor.team, actor=actor, action=AuditEntry.Action.CHANGED_SETTINGS, subject=slug, detail="address", now=now
    )


@transaction.atomic
def ask_to_delete_team(*, actor: Membership, now: datetime) -> None:
    """Has the team deleted in two weeks, unless an owner keeps it. Raises `TeamBeingDeleted` if somebody did so."""
    actor = lock_as(actor, Right.OWN, adds=True)
    actor.team.delete_at = now + CHANGE_ONES_MIND_WITHIN
    actor.team.save(update_fields=["delete_at"])
    audit.record(team=actor.team, actor=actor, action=AuditEntry.Action.ASKED_TO_DELETE, now=now)


@transaction.atomic
def keep_team(*, actor: Membership, now: datetime) -> None:
    """Takes back what `ask_to_delete_team` did. Again changes nothing."""
    actor = lock_as(actor, Right.OWN)
    if actor.team.delete_at is None:
        return
    actor.team.delete_at = None
    actor.team.save(update_fields=["delete_at"])
    audit.record(team=actor.team, actor=actor, action=AuditEntry.Action.KEPT, now=now)


def delete_due_teams(*, now: datetime) -> int:
    """Deletes the teams that nobody kept in time; their number."""
    due = Team.objects.filter(delete_at__lte=now).values_list("pk", flat=True)
    return sum(delete_due_team(team_id=team_id, now=now) for team_id in list(due))


@transaction.atomic
def delete_due_team(*, team_id: int, now: datetime) -> bool:
    """False if an owner kept it in this moment, or somebody else deleted it."""
    try:
        team = lock_team(team_id)
    except TeamGone:
        return False
    if team.delete_at is None or now < team.delete_at:
        return False
    delete_team(team=team, now=now)
    return True


def delete_team(*, team: Team, now: datetime) -> None:
    """With its machines and their usage, its seats and its log; what members used stays theirs. Call it under the
    team's lock."""
    erase_machines_of(team=team, now=now)
    team.delete()
