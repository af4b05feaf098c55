"""A team with one of each: what they can do shows in what the others cannot."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.test import Client
from django.utils import timezone

from codextime.accounts.models import User
from codextime.teams import inviting, machines, seats, services, tokens
from codextime.teams.models import Membership, Role, Seat, Team
from codextime.usage.models import Source
from tests.conftest import make_person


@dataclass
class Crew:
    """`users` and `members` by the names of the people."""

    team: Team
    users: dict[str, User] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Membership:
        return Membership.objects.select_related("team", "user").get(team=self.team, user=self.users[name])

    def client(self, name: str) -> Client:
        client = Client()
        client.force_login(self.users[name])
        return client

    def roles(self) -> dict[str, str]:
        return dict(Membership.objects.filter(team=self.team).values_list("name", "role"))


def make_crew(
    slug: str = "crew",
    people: Iterable[tuple[str, Role]] = (),
    now: datetime | None = None,
    owner: User | None = None,
) -> Crew:
    """A team of an owner, an admin, a member, and of whom else is named."""
    now = now or timezone.now()
    prefix = "" if slug == "crew" else f"{slug}-"
    owner = owner or make_person(f"{prefix}owner")
    team = services.create_team(
        user=owner, name=slug.title(), slug=slug, time_zone="Europe/Berlin", own_name="Olga", now=now
    )
    crew = Crew(team, {"owner": owner})
    for name, role in (("admin", Role.ADMIN), ("member", Role.MEMBER), *people):
        crew.users[name] = make_person(f"{prefix}{name}")
        join(crew, crew.users[name], name.title(), role, now)
    return crew


def join(crew: Crew, user: User, name: str, role: Role, now: datetime) -> Membership:
    link = inviting.invite(actor=crew["owner"], email="", role=role, now=now)[1]
    return inviting.accept_invitation(user=user, token=link.rpartition("/")[2], name=name, now=now)


def share(member: Membership, label: str = "Desk", *, days_ago: int = 30, keeps_past: bool = False) -> Seat:
    """A seat of a new source of the member's."""
    now = timezone.now()
    source = Source.objects.create(user=member.user, key=uuid.uuid4(), label=label, created_at=now)
    return seats.share_seat(
        actor=member,
        source_ids=[source.pk],
        label=label,
        starts_on=seats.today_in(member.team, now) - timedelta(days=days_ago),
        keeps_past=keeps_past,
        now=now,
    )


def make_filled_team(owner: User, now: datetime) -> dict[str, str]:
    """What a team of the owner's has, by the name that it has in a path of `tests/access/table.py`."""
    crew = make_crew(owner=owner)
    former = Team.objects.create(name="Former", slug="former", created_at=now)  # with nobody, and what stayed
    left_seat = Seat.objects.create(
        team=former, user=owner, label="Desk", starts_on=now.date(), ends_on=now.date(), created_at=now
    )
    return {
        "team": crew.team.slug,
        "left_seat": str(left_seat.public_id),
        "team_invitation": inviting.invite(actor=crew["owner"], email="", role=Role.MEMBER, now=now)[1].rpartition("/")[
            2
        ],
        "invited": str(inviting.invite(actor=crew["admin"], email="", role=Role.MEMBER, now=now)[0].public_id),
        "member": str(crew["member"].public_id),
        "seat": str(share(crew["owner"]).public_id),
        "machine": str(machines.add_machine(actor=crew["admin"], label="CI", now=now)[0].public_id),
        "team_token": str(tokens.make_team_token(actor=crew["admin"], name="Script", now=now)[0].public_id),
    }
