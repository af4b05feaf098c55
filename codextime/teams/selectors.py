"""What the pages of a team show of its people and seats."""

from dataclasses import dataclass
from typing import TypeVar

from django.core.paginator import Page, Paginator
from django.db.models import Count, Exists, OuterRef, Prefetch, QuerySet, Subquery
from django.db.models.functions import Lower

from codextime.accounts.models import User
from codextime.devices.models import Device
from codextime.teams.models import AuditEntry, Invitation, Membership, Seat, SeatSource, Team, TeamToken
from codextime.usage.models import Source
from codextime.usage.selectors import sources

M = TypeVar("M", Membership, Seat)

ON_A_PAGE = 50
SOURCES_OF_SEAT = Prefetch("seat_sources", SeatSource.objects.select_related("source").order_by("source_id"))


def list_teams(*, user: User) -> "QuerySet[Membership]":
    """The user's memberships with their teams, by name; `people` and `seats` are numbers."""
    people = count_of_team(Membership.objects.all())
    seats = count_of_team(Seat.objects.filter(ends_on=None))
    rows = Membership.objects.filter(user=user).select_related("team").order_by(Lower("team__name"), "pk")
    return rows.annotate(people=people, seats=seats)


def count_of_team(rows: "QuerySet[Membership] | QuerySet[Seat]") -> Subquery:
    counts = rows.filter(team=OuterRef("team")).order_by().values("team").annotate(number=Count("pk"))
    return Subquery(counts.values("number"))


def list_left_seats(*, user: User) -> "QuerySet[Seat]":
    """What teams that the user is not in any more still show of them."""
    is_in = Membership.objects.filter(team=OuterRef("team"), user=OuterRef("user"))
    seats = Seat.objects.filter(~Exists(is_in), user=user).select_related("team", "user")
    return seats.order_by("team__name", "pk")


def page_of(rows: "QuerySet[M]", number: str) -> "Page[M]":
    """A number that is none, or too high, is the nearest that there is."""
    return Paginator(rows, ON_A_PAGE).get_page(number)


def list_members(*, team: Team) -> "QuerySet[Membership]":
    return Membership.objects.filter(team=team).order_by(Lower("name"))


def list_invitations(*, team: Team) -> "QuerySet[Invitation]":
    """Newest first, with `inviter`, the name of who made it, if they are still there; not those that were used."""
    inviter = Membership.objects.filter(team=OuterRef("team"), user=OuterRef("made_by")).values("name")
    return Invitation.objects.filter(team=team, accepted_at=None).annotate(inviter=inviter).order_by("-pk")


def list_own_seats(*, membership: Membership) -> "QuerySet[Seat]":
    """What the user shares with the team, and what stayed of it."""
    seats = Seat.objects.filter(team=membership.team, user=membership.user).prefetch_related(SOURCES_OF_SEAT)
    return seats.order_by("ends_on", "pk")


def list_free_sources(*, membership: Membership) -> list[Source]:
    """The user's sources that are in no seat of the team that goes on."""
    taken = SeatSource.objects.filter(team=membership.team, is_current=True).values("source")
    return list(sources(user=membership.user).exclude(pk__in=taken))


def list_machines(*, team: Team) -> "QuerySet[Seat]":
    """Team-owned seats: with `hint` of their upload token, and when it was `last_used_at`."""
    devices = Device.objects.filter(user=OuterRef("user"), revoked_at=None).order_by("-pk")
    seats = Seat.objects.filter(team=team, is_team_owned=True).select_related("user")
    return seats.annotate(
        hint=Subquery(devices.values("token_hint")[:1]), last_used_at=Subquery(devices.values("last_used_at")[:1])
    ).order_by(Lower("label"), "pk")


def list_tokens(*, team: Team) -> "QuerySet[TeamToken]":
    """Newest first, with `maker`, the name of who made it, if they are still there."""
    maker = Membership.objects.filter(team=OuterRef("team"), user=OuterRef("made_by")).values("name")
    return TeamToken.objects.filter(team=team).annotate(maker=maker).order_by("-pk")


@dataclass(frozen=True, slots=True)
class AuditPage:
    """Newest first; `before` leads to older lines, if there are any."""

    entries: list[AuditEntry]
    before: int | None


def get_audit_page(*, team: Team, before: int | None) -> AuditPage:
    rows = AuditEntry.objects.filter(team=team).order_by("-pk")
    if before is not None:
        rows = rows.filter(pk__lt=before)
    found = list(rows[: ON_A_PAGE + 1])
    entries = found[:ON_A_PAGE]
    return AuditPage(entries, entries[-1].pk if len(found) > ON_A_PAGE else None)


def find_member_of(seat: Seat) -> Membership | None:
    """Whose seat it is; `None` of a machine, and of who left."""
    return Membership.objects.filter(team=seat.team_id, user=seat.user_id).first()
