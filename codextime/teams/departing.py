"""What becomes of teams when an account is erased."""

from datetime import datetime

from codextime.accounts.models import User
from codextime.teams import audit
from codextime.teams.locks import lock_teams_of
from codextime.teams.members import staying_owners
from codextime.teams.models import AuditEntry, Membership, Role, Team
from codextime.teams.services import delete_team


class LastOwnerOf(Exception):
    """The user is the last owner of `teams` in which there are others."""

    def __init__(self, teams: list[Team]) -> None:
        super().__init__(teams)
        self.teams = teams


def check_may_depart(*, user: User) -> None:
    """Holds the user's teams until the transaction ends. Raises `LastOwnerOf`. Comes before the lock of the user."""
    left_alone = [team for team in lock_teams_of(user) if is_last_owner(team, user) and others_in(team, user)]
    if left_alone:
        raise LastOwnerOf(left_alone)


def leave_all_teams(*, user: User, now: datetime) -> None:
    """Before an account is erased: a team of which the user was the last owner goes to who has the highest role and
    has been there longest, and with nobody else in it, it goes too. Comes before the lock of the user."""
    for team in lock_teams_of(user):
        heirs = others_in(team, user)
        if not heirs:
            delete_team(team=team, now=now)
        elif is_last_owner(team, user):
            hand_over(team, heirs, now)


def hand_over(team: Team, heirs: list[Membership], now: datetime) -> None:
    heir = min(heirs, key=lambda member: (member.role == Role.MEMBER, member.joined_at, member.pk))
    heir.role = Role.OWNER
    heir.save(update_fields=["role"])
    audit.record(
        team=team,
        actor=None,
        action=AuditEntry.Action.CHANGED_ROLE,
        subject=heir.name,
        detail=Role.OWNER.value,
        about=heir.user,
        now=now,
    )


def is_last_owner(team: Team, user: User) -> bool:
    owners = staying_owners(team)
    return Membership.objects.filter(team=team, user=user, role=Role.OWNER).exists() and not (
        owners.exclude(user=user).exists()
    )


def others_in(team: Team, user: User) -> list[Membership]:
    return list(Membership.objects.select_related("user").filter(team=team).exclude(user=user))
