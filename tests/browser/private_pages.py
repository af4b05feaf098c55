"""Every page of somebody who is signed in, and an account in which each has something to show."""

from uuid import UUID

from django.utils import timezone

from codextime.accounts.models import User
from codextime.teams import inviting, machines, rollups, tokens
from codextime.teams.models import Role
from codextime.usage.models import Source
from tests.teams import crew as crews
from tests.teams import sharing
from tests.usage.burning import burn, call

NOTED = 1  # the id of a call that was counted anew
SEAT = UUID(int=1)
PRIVATE_PAGES = [
    "/dashboard",
    "/dashboard?period=month&on=2025-10-15&by=week&measure=value",
    "/dashboard?period=today&on=2025-10-03",
    "/dashboard?period=today&on=2025-09-30",
    "/dashboard?period=custom&from=2025-10-01&to=2025-10-05&stack=label",
    "/days/2025-10-03",
    "/days/2025-09-30",
    "/calls",
    "/calls?price=unpriced&sort=-tokens",
    f"/calls/{NOTED:032x}",
    "/threads",
    "/estimate?period=month&on=2025-10-15",
    "/estimate/rates",
    "/insights?period=month&on=2025-10-15",
    "/insights/thresholds",
    "/seats?period=month&on=2025-10-15",
    "/teams/acme?period=month&on=2025-10-15",
    "/teams/acme/seats?period=month&on=2025-10-15",
    f"/teams/acme/seats/{SEAT}?period=month&on=2025-10-15",
    "/teams/acme/board?period=month&on=2025-10-15",
    "/corrections",
    "/withdrawals",
    "/devices",
    "/devices/pair",
    "/settings",
    "/settings/read-tokens",
    "/teams",
    "/teams/new",
    *(
        f"/teams/crew/{name}"
        for name in ("members", "leave", "invitations", "seats/share", "machines", "settings", "audit", "tokens")
    ),
    "/accounts/email/",
    "/accounts/sessions/",
    "/accounts/password/change/",
    "/accounts/reauthenticate/",
    "/accounts/logout/",
    "/accounts/2fa/",
]
# Some of each kind: lists, charts, forms, a team's pages. Tests that take a second a page leave the others to the soak.
SOME_PAGES = [
    "/dashboard?period=month&on=2025-10-15&by=week&measure=value",
    f"/calls/{NOTED:032x}",
    "/threads",
    "/estimate?period=month&on=2025-10-15",
    "/teams/acme?period=month&on=2025-10-15",
    "/settings",
    "/accounts/2fa/",
]


def fill(user: User) -> None:
    user.session_grouping_since = timezone.now()
    user.save()
    burn(
        user,
        *(call(f"2025-10-{day:02}T{day % 24:02}:00+00:00") for day in range(1, 29)),
        call("2025-10-03T08:00+00:00", "custom"),
        label="work laptop",
    )
    fill_seats(user)
    fill_team(user)
    newer = call("2025-10-01T01:00+00:00")._replace(call_id=NOTED.to_bytes(16), thread=f"{7:032x}")
    burn(user, newer, newer._replace(revision=258, output_tokens=300))


def fill_seats(user: User) -> None:
    """A team that sees what the user used, and a seat that is idle."""
    team = sharing.make_team(is_board_on=True, monthly_token_budget=20_000)
    sharing.join(team, user, "Ada", Role.OWNER)
    sources = Source.objects.filter(user=user)
    sharing.share(team, user, "laptop", sources, monthly_token_budget=50_000, public_id=SEAT)
    sharing.share(team, user, "idle one")
    rollups.rebuild()


def fill_team(user: User) -> None:
    """A team of the user's, with something on each of its pages."""
    crew, now = crews.make_crew(owner=user), timezone.now()
    crews.share(crew["owner"])
    machines.add_machine(actor=crew["owner"], label="CI", now=now)
    tokens.make_team_token(actor=crew["owner"], name="spreadsheet", now=now)
    inviting.invite(actor=crew["owner"], email="", role=Role.MEMBER, now=now)
