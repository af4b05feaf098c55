"""Every URL of a team, for everybody who could stand before it; and what one team has, in the address of another."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, get_resolver
from django.utils import timezone

from codextime.accounts.models import User
from codextime.dashboard.team.urls import urlpatterns as pages_of_figures
from codextime.teams import inviting, machines, members, tokens
from codextime.teams.models import Role, Team
from codextime.teams.urls import urlpatterns
from tests.access.test_every_url import SIGN_IN, outcome, walk
from tests.conftest import make_person
from tests.teams.crew import Crew, join, make_crew, share

SEE, MANAGE, OWN = ("owner", "admin", "member"), ("owner", "admin"), ("owner",)
PEOPLE = ["owner", "admin", "member", "former member", "other owner", "stranger", "anonymous"]


@dataclass(frozen=True)
class Row:
    """A request below `/teams/<slug>`, and who of the team may make it."""

    path: str
    allowed: tuple[str, ...]
    data: dict[str, str] | None = None  # of a POST
    names: tuple[str, ...] = field(default=())


def get(path: str, allowed: tuple[str, ...]) -> Row:
    return Row(path, allowed)


def post(path: str, allowed: tuple[str, ...], **data: str) -> Row:
    return Row(path, allowed, data)


ROWS = [
    get("", SEE),
    get("/seats", SEE),
    get("/seats.csv", SEE),
    get("/seats/{seat}", SEE),
    get("/board", SEE),
    get("/members", SEE),
    post("/members/{member}/role", MANAGE, role="admin"),
    post("/members/{member}/transfer", OWN),
    post("/members/{member}/remove", MANAGE),
    post("/name", SEE, own_name="Ada"),
    get("/leave", SEE),
    post("/leave", SEE, past="goes"),
    get("/invitations", MANAGE),
    post("/invitations", MANAGE, role="member"),
    post("/invitations/{invitation}/resend", MANAGE),
    post("/invitations/{invitation}/revoke", MANAGE),
    get("/seats/share", SEE),
    post("/seats/share", SEE, sources="0"),  # which nobody has
    get("/seats/{seat}/edit", ("owner", "admin")),  # it is a fourth person's
    post("/seats/{seat}/edit", (), label="Mine"),
    post("/seats/{seat}/end", (), past="stays"),
    post("/seats/{seat}/remove", MANAGE),
    post("/seats/{seat}/budget", MANAGE, monthly_token_budget="1000"),
    get("/machines", MANAGE),
    post("/machines", MANAGE, label="CI"),
    post("/machines/{machine}/renew", MANAGE),
    post("/machines/{machine}/end", MANAGE, past="goes"),
    get("/settings", MANAGE),
    post("/settings", MANAGE, name="Crew", time_zone="UTC"),
    post("/settings/address", OWN, slug="other-address"),
    post("/settings/delete", OWN, slug="crew"),
    post("/settings/keep", OWN),
    get("/audit", OWN),
    get("/tokens", MANAGE),
    post("/tokens", MANAGE, name="Script"),
    post("/tokens/{token}/revoke", MANAGE),
]
BELOW_A_TEAM = "teams/<slug:slug>"


@pytest.fixture
def filled(crew: Crew) -> dict[str, str]:
    """What the team has, by the name that it has in a path."""
    now = timezone.now()
    Team.objects.filter(pk=crew.team.pk).update(is_board_on=True)  # which is not there while it is off
    crew.users["sharer"] = make_person("sharer")
    join(crew, crew.users["sharer"], "Sharer", Role.MEMBER, now)
    return {
        "member": str(crew["sharer"].public_id),
        "invitation": str(inviting.invite(actor=crew["owner"], email="", role=Role.MEMBER, now=now)[0].public_id),
        "seat": str(share(crew["sharer"]).public_id),
        "machine": str(machines.add_machine(actor=crew["owner"], label="CI", now=now)[0].public_id),
        "token": str(tokens.make_team_token(actor=crew["owner"], name="Script", now=now)[0].public_id),
    }


def existing_rows() -> Iterator[Row]:
    """Without pages of apps above that are not there."""
    routes = set(walk(get_resolver()))
    for row in ROWS:
        if "{" in row.path or f"{BELOW_A_TEAM}{row.path}" in routes:
            yield row


def send(client: Client, slug: str, row: Row, filled: dict[str, str]) -> HttpResponse:
    """Leaves everything as it was."""
    path = f"/teams/{slug}{row.path.format(**filled)}"
    with transaction.atomic():
        answer = client.get(path) if row.data is None else client.post(path, row.data)
        if answer.streaming:
            answer.getvalue()
        transaction.set_rollback(True)
    return answer


def find_person(name: str, crew: Crew) -> User | None:
    now = timezone.now()
    if name == "anonymous":
        return None
    if name == "former member":
        member = join(crew, make_person("former"), "Former", Role.ADMIN, now)
        members.leave_team(actor=member, keeps_past=True, now=now)
        return member.user
    if name == "other owner":
        return make_crew("other").users["owner"]
    return crew.users.get(name) or make_person(name)


def test_every_url_of_a_team_has_a_row() -> None:
    patterns = (*urlpatterns, *pages_of_figures)
    routes = [str(pattern.pattern) for pattern in patterns if isinstance(pattern, URLPattern)]
    ours = {route.removeprefix(BELOW_A_TEAM) for route in routes if route.startswith(BELOW_A_TEAM)}
    names = {"member_id": "member", "invitation_id": "invitation", "token_id": "token"}

    for route in ours:
        path = route
        for name, short in names.items():
            path = path.replace(f"<uuid:{name}>", f"{{{short}}}")
        kind = "machine" if path.startswith("/machines") else "seat"
        assert path.replace("<uuid:seat_id>", f"{{{kind}}}") in {row.path for row in ROWS}


@pytest.mark.parametrize("name", PEOPLE)
def test_who_gets_what(name: str, crew: Crew, filled: dict[str, str]) -> None:
    user = find_person(name, crew)
    client = Client()
    if user:
        client.force_login(user)

    for row in existing_rows():
        found = outcome(send(client, "crew", row, filled))
        if name == "anonymous":
            assert found == SIGN_IN, row
        elif name not in SEE:
            assert found == 404, row
        elif name in row.allowed:
            assert found == 400 if row.data == {"sources": "0"} else found in (200, 302), (row, found)
        else:
            assert found == 403, (row, found)


def test_what_another_team_has_is_not_there(crew: Crew, filled: dict[str, str]) -> None:
    client = make_crew("other").client("owner")

    for row in ROWS:
        if "{" in row.path:
            assert send(client, "other", row, filled).status_code == 404, row


def test_a_team_that_is_not_answers_as_one_of_others_does(crew: Crew, stranger: User) -> None:
    client = Client()
    client.force_login(stranger)

    for path in ("members", "settings", "seats/share"):
        answers = [client.get(f"/teams/{slug}/{path}") for slug in ("crew", "nobody", "Crew", "crew%00")]
        assert {answer.status_code for answer in answers} == {404}
        assert not any("Olga" in answer.text for answer in answers)


@pytest.mark.parametrize("odd", ["", "x" * 400, "../../etc", "%00", "<script>", "é"])
def test_forged_links_reveal_nothing(odd: str, client: Client, db: None) -> None:
    answer = client.get(f"/teams/join/{odd}")

    assert answer.status_code == 404
    assert "crew" not in answer.text.lower()


def test_a_seat_is_changed_by_its_member_alone(crew: Crew) -> None:
    seat = share(crew["member"])
    path = f"/teams/crew/seats/{seat.public_id}/edit"

    assert crew.client("owner").post(path, {"label": "Spy"}).status_code == 403
    assert crew.client("admin").get(path).status_code == 200
    assert crew.client("member").post(path, {"label": "Mine"}).status_code == 302

    seat.refresh_from_db()
    assert seat.label == "Mine"
