"""The audit log in the reader's language: what the server says is worded when it is read, names stay as typed."""

import pytest
from django.utils import timezone, translation

from codextime.teams import inviting, members
from codextime.teams.audit_words import DETAILS, WORDS, describe
from codextime.teams.models import AuditEntry, Role
from codextime.teams.services import Settings, change_settings, change_slug
from tests.teams.crew import Crew, make_crew


@pytest.fixture
def crew(db: None) -> Crew:
    return make_crew()


def last_line(**of: str) -> str:
    return describe(AuditEntry.objects.filter(**of).latest("pk")).subject


def test_roles_and_ways_are_worded_when_they_are_read(crew: Crew) -> None:
    now = timezone.now()
    members.change_role(actor=crew["owner"], member=crew["member"], role=Role.ADMIN, now=now)
    inviting.invite(actor=crew["owner"], email="guest@example.org", role=Role.MEMBER, now=now)

    assert last_line(action="changed_role") == "Member: Admin"
    assert last_line(action="invited") == "Member, by email"
    assert last_line(action="joined") == "Member"
    assert set(AuditEntry.objects.filter(action="invited").values_list("detail", flat=True)) == {
        *("admin by_link", "member by_link", "member by_email")
    }


def test_settings_are_worded_too(crew: Crew) -> None:
    now = timezone.now()
    chosen = Settings(name="Platform", time_zone="UTC", is_board_on=True, monthly_token_budget=7)
    change_settings(actor=crew["owner"], settings=chosen, now=now)
    change_settings(
        actor=crew["owner"],
        settings=Settings(name="Platform", time_zone="UTC", is_board_on=False, monthly_token_budget=None),
        now=now,
    )
    change_slug(actor=crew["owner"], slug="platform", now=now)

    lines = [describe(entry).subject for entry in AuditEntry.objects.filter(action="changed_settings").order_by("pk")]

    assert lines == [
        *("name: Platform", "time zone: UTC", "board: on", "token budget: 7"),
        *("board: off", "token budget: none", "address: platform"),
    ]


def test_every_action_and_role_has_words_in_every_language(crew: Crew) -> None:
    with translation.override("qps"):
        worded = [str(words) for words in (*WORDS.values(), *DETAILS.values())]

    assert set(WORDS) == set(AuditEntry.Action)
    assert set(Role) <= set(DETAILS)
    assert all(worded)


def test_the_page_shows_the_words(crew: Crew) -> None:
    members.change_role(actor=crew["owner"], member=crew["member"], role=Role.ADMIN, now=timezone.now())

    page = crew.client("owner").get("/teams/crew/audit").text

    assert "<td>changed a role</td><td>Member: Admin</td>" in page
