"""Making a team, its settings, its end, its log and its tokens."""

import re
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.utils import timezone

from codextime.accounts.models import User
from codextime.accounts.services import erase_user
from codextime.lib.redaction import redact
from codextime.teams import inviting, services, tokens
from codextime.teams.locks import TeamBeingDeleted
from codextime.teams.models import AuditEntry, Membership, Role, Team, TeamToken
from tests.teams.crew import Crew, share

NEW = {"name": "Platform", "slug": "platform", "time_zone": "Europe/Berlin", "own_name": "Ada"}


@pytest.fixture
def ada(client: Client, stranger: User) -> Client:
    client.force_login(stranger)
    return client


def test_who_makes_a_team_owns_it(ada: Client, stranger: User) -> None:
    assert ada.post("/teams/new", NEW)["Location"] == "/teams/platform/invitations"

    membership = Membership.objects.get(user=stranger)
    assert (membership.role, membership.name, membership.team.time_zone) == ("owner", "Ada", "Europe/Berlin")
    assert "Platform" in ada.get("/teams").text


@pytest.mark.parametrize("slug", ["", "ab", "new", "join", "a--b", "-abc", "a b c", "x" * 41, "../up", "ünder"])
def test_an_address_that_cannot_be_is_refused(slug: str, ada: Client) -> None:
    assert ada.post("/teams/new", NEW | {"slug": slug}).status_code == 400
    assert not Team.objects.exists()


def test_an_address_is_one_team_s_in_any_case(ada: Client, crew: Crew) -> None:
    assert ada.post("/teams/new", NEW | {"slug": "CREW"}).status_code == 400
    assert ada.post("/teams/new", NEW | {"slug": "Platform"}).status_code == 302
    assert ada.post("/teams/platform/settings/address", {"slug": "crew"}).status_code == 400

    assert ada.post("/teams/platform/settings/address", {"slug": "base"})["Location"] == "/teams/base/settings"
    assert ada.get("/teams/platform/settings").status_code == 404


def test_nobody_owns_too_many(ada: Client) -> None:
    for number in range(services.MOST_OWN_TEAMS):
        assert ada.post("/teams/new", NEW | {"slug": f"team-{number}"}).status_code == 302

    assert ada.post("/teams/new", NEW).status_code == 400


def test_settings_are_kept_and_each_change_is_logged(crew: Crew) -> None:
    settings = {"name": "Crew", "time_zone": "UTC", "is_board_on": "on", "monthly_token_budget": "5000000"}

    assert crew.client("admin").post("/teams/crew/settings", settings).status_code == 302

    crew.team.refresh_from_db()
    assert (crew.team.time_zone, crew.team.is_board_on, crew.team.monthly_token_budget) == ("UTC", True, 5_000_000)
    changes = AuditEntry.objects.filter(action="changed_settings").values_list("detail", "subject")
    assert set(changes) == {("time_zone", "UTC"), ("is_board_on on", ""), ("monthly_token_budget", "5000000")}


def test_deleting_waits_and_an_owner_keeps_it(crew: Crew) -> None:
    owner, now = crew.client("owner"), timezone.now()
    assert owner.post("/teams/crew/settings/delete", {"slug": "wrong"}).status_code == 400
    owner.post("/teams/crew/settings/delete", {"slug": "Crew"})
    assert "will be deleted on" in crew.client("member").get("/teams/crew/members").text
    assert owner.post("/teams/crew/invitations", {"role": "member", "email": ""}).status_code == 400
    assert owner.post("/teams/crew/machines", {"label": "CI"}).status_code == 400
    assert owner.post("/teams/crew/tokens", {"name": "x"}).status_code == 400

    owner.post("/teams/crew/settings/keep")

    assert services.delete_due_teams(now=now + timedelta(days=15)) == 0
    assert owner.post("/teams/crew/tokens", {"name": "x"}).status_code == 200


def test_a_deleted_team_is_gone_with_its_log_and_what_members_used_stays(crew: Crew) -> None:
    seat = share(crew["member"])
    services.ask_to_delete_team(actor=crew["owner"], now=timezone.now())

    assert services.delete_due_teams(now=timezone.now() + timedelta(days=15)) == 1

    assert not Team.objects.exists()
    assert not AuditEntry.objects.exists()
    assert User.objects.filter(pk=seat.user_id).exists()
    assert crew.client("owner").get("/teams/crew/members").status_code == 404


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE teams_auditentry SET subject = 'x'",
        "UPDATE teams_auditentry SET actor_name = 'x'",
        "UPDATE teams_auditentry SET detail = 'x'",
        "UPDATE teams_auditentry SET actor_id = NULL, detail = 'x'",
        "UPDATE teams_auditentry SET at = now()",
        "UPDATE teams_auditentry SET actor_id = NULL, subject = 'x'",
        "DELETE FROM teams_auditentry",
    ],
)
def test_the_log_takes_new_lines_only(statement: str, crew: Crew) -> None:
    with pytest.raises(DatabaseError, match="stays as it is"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_the_log_forgets_who_is_erased(crew: Crew) -> None:
    share(crew["member"], "a secret label")
    crew.client("owner").post(f"/teams/crew/members/{crew['member'].public_id}/role", {"role": "admin"})
    assert "Member: Admin" in crew.client("owner").get("/teams/crew/audit").text

    assert "<td>Member</td><td>joined" in crew.client("owner").get("/teams/crew/audit").text

    erase_user(user=crew.users["member"])

    page = crew.client("owner").get("/teams/crew/audit").text
    assert "a former member" in page
    assert not any(word in page for word in ("Member: Admin", "<td>Member</td><td>", "a secret label"))


def test_everything_that_is_done_has_its_line(crew: Crew) -> None:
    owner = crew.client("owner")
    seat = share(crew["owner"])
    owner.post("/teams/crew/invitations", {"role": "member", "email": ""})
    owner.post(f"/teams/crew/seats/{seat.public_id}/edit", {"label": "Other"})
    owner.post(f"/teams/crew/seats/{seat.public_id}/end", {"past": "goes"})
    owner.post("/teams/crew/tokens", {"name": "Script"})
    owner.post(f"/teams/crew/tokens/{TeamToken.objects.get().public_id}/revoke")
    owner.post(f"/teams/crew/members/{crew['member'].public_id}/remove")

    done = list(AuditEntry.objects.filter(actor=crew.users["owner"]).order_by("pk").values_list("action", flat=True))

    assert done[-7:] == ["shared", "invited", "changed_seat", "unshared", "made_token", "revoked_token", "removed"]
    assert set(AuditEntry.objects.filter(action="joined").values_list("actor_name", flat=True)) == {"Admin", "Member"}


def test_a_token_is_shown_once_and_works_until_it_is_revoked(crew: Crew) -> None:
    admin, now = crew.client("admin"), timezone.now()
    page = admin.post("/teams/crew/tokens", {"name": "sheet"})
    [text] = set(re.findall(r"cxm_[A-Za-z0-9]{40}", page.text))
    listed = admin.get("/teams/crew/tokens").text
    assert (text in listed, f"cxm_…{text[-4:]}" in listed) == (False, True)
    assert text not in redact(f"Bearer {text}")

    assert tokens.authenticate_team_program(token=text, now=now).team == crew.team
    services.ask_to_delete_team(actor=crew["owner"], now=now)
    with pytest.raises(TeamBeingDeleted):
        tokens.authenticate_team_program(token=text, now=now)
    services.keep_team(actor=crew["owner"], now=now)
    admin.post(f"/teams/crew/tokens/{TeamToken.objects.get().public_id}/revoke")

    with pytest.raises(tokens.TeamTokenRevoked):
        tokens.authenticate_team_program(token=text, now=now)
    with pytest.raises(tokens.TeamTokenUnknown):
        tokens.authenticate_team_program(token=text[:-1], now=now)


def test_no_log_of_the_server_has_a_link(crew: Crew) -> None:
    link = inviting.invite(actor=crew["owner"], email="", role=Role.MEMBER, now=timezone.now())[1]

    assert link.rpartition("/")[2] not in redact(f"GET {link} 302")
