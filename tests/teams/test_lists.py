"""What lists cost does not grow with them, and they have pages."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from codextime.accounts.models import User
from codextime.teams import audit, inviting, machines, services, tokens
from codextime.teams.models import AuditEntry, Membership, Role
from tests.teams.crew import Crew, share

MORE = 24
PATHS = [
    "/teams",
    *(
        f"/teams/crew/{name}"
        for name in ("members", "invitations", "seats/share", "machines", "tokens", "audit", "settings", "leave")
    ),
]


def test_one_row_and_25_cost_the_same(crew: Crew) -> None:
    add_to_each_list(crew, 0)
    few = {path: count_queries(crew, path) for path in PATHS}
    for number in range(1, MORE):
        add_to_each_list(crew, number)

    assert {path: count_queries(crew, path) for path in PATHS} == few
    assert max(few.values()) <= 12


def count_queries(crew: Crew, path: str) -> int:
    client = crew.client("owner")
    with CaptureQueriesContext(connection) as queries:
        assert client.get(path).status_code == 200
    return len(queries)


def add_to_each_list(crew: Crew, number: int) -> None:
    now, owner = timezone.now(), crew["owner"]
    user = User.objects.create(email=f"{number}@example.org")
    Membership.objects.create(team=crew.team, user=user, name=str(number), role=Role.MEMBER, joined_at=now)
    inviting.invite(actor=owner, email="", role=Role.MEMBER, now=now)
    share(owner, str(number))
    machines.add_machine(actor=owner, label=str(number), now=now)
    tokens.make_team_token(actor=owner, name=str(number), now=now)
    if number < services.MOST_OWN_TEAMS - 1:
        services.create_team(
            user=owner.user, name=str(number), slug=f"team-{number}", time_zone="UTC", own_name="Olga", now=now
        )


def test_the_audit_log_has_pages(crew: Crew) -> None:
    for number in range(60):
        audit.record(
            team=crew.team,
            actor=crew["owner"],
            action=AuditEntry.Action.EXPORTED,
            subject=f"export {number}.",
            now=timezone.now(),
        )
    client = crew.client("owner")

    first = client.get("/teams/crew/audit").text
    older = re.search(r'href="(\?before=\d+)"', first)
    assert older
    second = client.get(f"/teams/crew/audit{older[1]}").text

    assert ("export 59." in first, "export 59." in second) == (True, False)
    assert ("export 9." in first, "export 9." in second) == (False, True)
    assert "made the team" in second


@pytest.mark.parametrize("before", ["x", "-1", "9" * 30, "²"])
def test_an_odd_place_in_the_log_is_refused(before: str, crew: Crew) -> None:
    assert crew.client("owner").get("/teams/crew/audit", {"before": before}).status_code == 400


def test_members_have_pages(crew: Crew) -> None:
    users = User.objects.bulk_create(User(email=f"{number}@example.org") for number in range(60))
    Membership.objects.bulk_create(
        Membership(team=crew.team, user=user, name=f"P{number:02}", role=Role.MEMBER, joined_at=timezone.now())
        for number, user in enumerate(users)
    )
    client = crew.client("owner")

    assert "Page 1 of 2" in client.get("/teams/crew/members").text
    assert "P59" in client.get("/teams/crew/members?page=2").text
    assert client.get("/teams/crew/members?page=x").status_code == 200
