"""What becomes of teams when an account is erased."""

from datetime import timedelta

import pytest
from django.utils import timezone

from codextime.dashboard.services import ask_to_erase_account, erase_account, keep_account
from codextime.teams.departing import LastOwnerOf
from codextime.teams.members import LastOwner, change_role, leave_team
from codextime.teams.models import Membership, Role, Seat, Team
from tests.teams.crew import Crew, share


def test_a_last_owner_hands_over_first(crew: Crew) -> None:
    now = timezone.now()
    with pytest.raises(LastOwnerOf) as refused:
        ask_to_erase_account(user=crew.users["owner"], now=now)
    assert refused.value.teams == [crew.team]

    change_role(actor=crew["owner"], member=crew["admin"], role=Role.OWNER, now=now)
    ask_to_erase_account(user=crew.users["owner"], now=now)

    with pytest.raises(LastOwner):
        leave_team(actor=crew["admin"], keeps_past=False, now=now)
    keep_account(user=crew.users["owner"])
    leave_team(actor=crew["admin"], keeps_past=False, now=now)


def test_the_page_says_which_team_it_is(crew: Crew) -> None:
    client = crew.client("owner")
    client.post("/accounts/reauthenticate/", {"password": "owner's long password"})

    answer = client.post("/settings/erase", {"email": crew.users["owner"].email})

    assert (answer.status_code, "nobody would own Crew" in answer.text) == (409, True)


def test_an_account_takes_its_seats_with_it(crew: Crew) -> None:
    share(crew["member"])

    erase_account(user=crew.users["member"], now=timezone.now())

    assert not Seat.objects.exists()
    assert "Member" not in crew.roles()


def test_erased_by_the_operator_the_team_goes_to_the_first_of_the_highest(crew: Crew) -> None:
    Membership.objects.filter(pk=crew["member"].pk).update(joined_at=timezone.now() - timedelta(days=99))

    erase_account(user=crew.users["owner"], now=timezone.now())

    assert crew.roles() == {"Admin": "owner", "Member": "member"}


def test_with_nobody_else_in_it_the_team_goes_too(crew: Crew) -> None:
    now = timezone.now()
    for name in ("admin", "member"):
        leave_team(actor=crew[name], keeps_past=False, now=now)

    ask_to_erase_account(user=crew.users["owner"], now=now)
    assert Team.objects.exists()
    erase_account(user=crew.users["owner"], now=now)

    assert not Team.objects.exists()
