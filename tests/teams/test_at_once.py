"""Changes of a team at the same moment, on real connections: they come out as if one came after the other."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.test import Client
from django.utils import timezone

from codextime.dashboard.services import ask_to_erase_account
from codextime.teams import inviting, machines, members, services
from codextime.teams.departing import LastOwnerOf
from codextime.teams.locks import TeamBeingDeleted, lock_team
from codextime.teams.models import Invitation, Membership, Role, Team
from tests.at_once import run_at_once, start, wait_until, waiting_backends
from tests.conftest import make_person
from tests.teams.crew import Crew, join, make_crew

pytestmark = pytest.mark.django_db(transaction=True)

REFUSALS = (
    members.LastOwner,
    LastOwnerOf,
    inviting.InvitationSpent,
    PermissionDenied,
    TeamBeingDeleted,
    services.SlugTaken,
)


@pytest.fixture
def crew(transactional_db: None) -> Crew:
    return make_crew(people=[("second", Role.OWNER)])


def outcome_of(step: Callable[[], object]) -> Callable[[], str]:
    """What it came to, as a word."""

    def run() -> str:
        try:
            step()
        except REFUSALS as refused:
            return type(refused).__name__
        return "done"

    return run


def test_of_two_last_owners_who_leave_one_stays(crew: Crew) -> None:
    leaving = [crew["owner"], crew["second"]]

    outcomes = run_at_once(
        *(
            outcome_of(lambda who=who: members.leave_team(actor=who, keeps_past=False, now=timezone.now()))
            for who in leaving
        )
    )

    assert sorted(outcomes) == ["LastOwner", "done"]
    assert Membership.objects.filter(role=Role.OWNER).count() == 1


def test_of_two_owners_one_leaves_or_has_the_account_erased(crew: Crew) -> None:
    owner = crew["owner"]

    outcomes = run_at_once(
        outcome_of(lambda: members.leave_team(actor=owner, keeps_past=False, now=timezone.now())),
        outcome_of(lambda: ask_to_erase_account(user=crew.users["second"], now=timezone.now())),
    )

    assert sorted(outcomes) in (["LastOwner", "done"], ["LastOwnerOf", "done"])
    assert members.staying_owners(crew.team).count() == 1


def test_two_owners_who_make_each_other_members_leave_one(crew: Crew) -> None:
    owner, second, now = crew["owner"], crew["second"], timezone.now()

    outcomes = run_at_once(
        outcome_of(lambda: members.change_role(actor=owner, member=second, role=Role.MEMBER, now=now)),
        outcome_of(lambda: members.change_role(actor=second, member=owner, role=Role.MEMBER, now=now)),
    )

    assert sorted(outcomes) == ["RightLost", "done"]
    assert Membership.objects.filter(role=Role.OWNER).count() == 1


def test_a_link_opened_by_many_lets_one_in(crew: Crew) -> None:
    now = timezone.now()
    token = inviting.invite(actor=crew["owner"], email="", role=Role.MEMBER, now=now)[1].rpartition("/")[2]
    people = [make_person(f"guest{number}") for number in range(4)]

    outcomes = run_at_once(
        *(
            outcome_of(
                lambda user=user: inviting.accept_invitation(user=user, token=token, name=user.public_id, now=now)
            )
            for user in people
        )
    )

    assert sorted(outcomes) == [*["InvitationSpent"] * 3, "done"]
    assert Membership.objects.filter(user__in=people).count() == 1
    assert Invitation.objects.filter(accepted_by__in=people).count() == 1


def test_one_person_who_accepts_twice_is_in_once(crew: Crew) -> None:
    now, user = timezone.now(), make_person("guest")
    token = inviting.invite(actor=crew["owner"], email="", role=Role.MEMBER, now=now)[1].rpartition("/")[2]

    outcomes = run_at_once(
        *[outcome_of(lambda: inviting.accept_invitation(user=user, token=token, name="Gustav", now=now))] * 3
    )

    assert sorted(outcomes) == [*["InvitationSpent"] * 2, "done"]


def test_a_role_taken_away_during_a_request_counts(crew: Crew) -> None:
    admin, member = crew["admin"], crew["member"]

    with ThreadPoolExecutor() as pool, transaction.atomic():
        lock_team(crew.team.pk)
        removing = start(
            pool, outcome_of(lambda: members.remove_member(actor=admin, member=member, now=timezone.now()))
        )
        inviting_one = start(
            pool,
            outcome_of(lambda: inviting.invite(actor=admin, email="", role=Role.ADMIN, now=timezone.now())),
        )
        wait_until(lambda: waiting_backends() == 2)
        Membership.objects.filter(pk=admin.pk).update(role=Role.MEMBER)
    outcomes = [removing.result(), inviting_one.result()]

    assert outcomes == ["RightLost", "RightLost"]
    assert "Member" in crew.roles()
    assert not Invitation.objects.filter(role=Role.ADMIN, accepted_at=None).exists()


def test_who_is_removed_during_a_request_does_nothing_more(crew: Crew) -> None:
    second = crew["second"]

    with ThreadPoolExecutor() as pool, transaction.atomic():
        lock_team(crew.team.pk)
        leaving = start(pool, outcome_of(lambda: services.ask_to_delete_team(actor=second, now=timezone.now())))
        wait_until(lambda: waiting_backends() == 1)
        Membership.objects.filter(pk=second.pk).delete()

    assert leaving.result() == "RightLost"


def test_two_teams_do_not_get_one_address(transactional_db: None) -> None:
    people = [make_person("first"), make_person("second")]

    def make(number: int) -> Team:
        return services.create_team(
            user=people[number], name="Crew", slug="crew", time_zone="UTC", own_name="Olga", now=timezone.now()
        )

    outcomes = run_at_once(outcome_of(lambda: make(0)), outcome_of(lambda: make(1)))

    assert sorted(outcomes) == ["SlugTaken", "done"]
    assert Team.objects.count() == Membership.objects.count() == 1


def test_joining_and_asking_for_deletion_do_not_block_each_other(crew: Crew) -> None:
    now, user = timezone.now(), make_person("guest")

    outcomes = run_at_once(
        outcome_of(lambda: join(crew, user, "Gustav", Role.MEMBER, now)),
        outcome_of(lambda: services.ask_to_delete_team(actor=crew["second"], now=now)),
    )

    assert outcomes[1] == "done"
    assert outcomes[0] in ("done", "TeamBeingDeleted")


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("invitations", {"role": "member"}),
        ("machines", {"label": "CI"}),
        ("tokens", {"name": "Script"}),
        ("name", {"own_name": "Ada"}),
        ("settings", {"name": "Crew", "time_zone": "UTC"}),
        ("settings/address", {"slug": "other-address"}),
        ("leave", {"past": "goes"}),
    ],
)
def test_a_team_that_is_deleted_during_a_request_is_not_there(path: str, data: dict[str, str], crew: Crew) -> None:
    client = crew.client("owner")

    with ThreadPoolExecutor() as pool, transaction.atomic():
        team = lock_team(crew.team.pk)
        answer = start(pool, lambda: client.post(f"/teams/crew/{path}", data).status_code)
        wait_until(lambda: waiting_backends() == 1)
        services.delete_team(team=team, now=timezone.now())

    assert answer.result() == 404


def test_a_machine_that_is_erased_during_a_request_gets_no_token(crew: Crew) -> None:
    seat, _ = machines.add_machine(actor=crew["owner"], label="CI", now=timezone.now())
    client = crew.client("owner")

    with ThreadPoolExecutor() as pool, transaction.atomic():
        team = lock_team(crew.team.pk)
        answer = start(pool, lambda: client.post(f"/teams/crew/machines/{seat.public_id}/renew", follow=True).text)
        wait_until(lambda: waiting_backends() == 1)
        machines.erase_machines_of(team=team, now=timezone.now())

    assert "has ended already" in answer.result()


def test_who_joins_by_two_links_at_once_is_in_once(crew: Crew) -> None:
    now, user = timezone.now(), make_person("guest")
    link = inviting.invite(actor=crew["owner"], email="", role=Role.MEMBER, now=now)[1]
    client = Client()
    client.force_login(user)
    client.get(urlsplit(link).path)

    with ThreadPoolExecutor() as pool, transaction.atomic():
        team = lock_team(crew.team.pk)
        answer = start(pool, lambda: client.post("/teams/join", {"own_name": "Gustav"}).headers["Location"])
        wait_until(lambda: waiting_backends() == 1)
        Membership.objects.create(team=team, user=user, name="Gus", role=Role.ADMIN, joined_at=now)

    assert answer.result() == "/teams/crew/members"
    assert Membership.objects.get(user=user).role == Role.ADMIN
