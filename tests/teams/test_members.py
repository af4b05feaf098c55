"""Roles, leaving, removing, handing over."""

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone
from pytest_django import Settings

from codextime.accounts.models import AccountErasure
from codextime.teams import members, removals
from codextime.teams.models import AuditEntry, Removal, Seat
from tests.teams.crew import Crew, share


def test_an_admin_acts_up_to_their_own_role(crew: Crew) -> None:
    admin = crew.client("admin")
    owner, member = crew["owner"].public_id, crew["member"].public_id

    assert admin.post(f"/teams/crew/members/{owner}/role", {"role": "member"}).status_code == 403
    assert admin.post(f"/teams/crew/members/{owner}/remove").status_code == 403
    assert admin.post(f"/teams/crew/members/{member}/role", {"role": "owner"}).status_code == 400
    assert admin.post(f"/teams/crew/members/{member}/role", {"role": "admin"}).status_code == 302

    assert crew.roles() == {"Olga": "owner", "Admin": "admin", "Member": "admin"}


def test_the_last_owner_stays_until_another_is_one(crew: Crew) -> None:
    owner = crew.client("owner")

    assert "nobody would own" in owner.post("/teams/crew/leave", {"past": "goes"}, follow=True).text
    owner.post(f"/teams/crew/members/{crew['admin'].public_id}/role", {"role": "owner"})
    assert "You left Crew" in owner.post("/teams/crew/leave", {"past": "goes"}, follow=True).text

    assert crew.roles() == {"Admin": "owner", "Member": "member"}
    assert owner.get("/teams/crew/members").status_code == 404


def test_an_owner_who_is_going_to_be_erased_does_not_count(crew: Crew) -> None:
    crew.client("owner").post(f"/teams/crew/members/{crew['admin'].public_id}/role", {"role": "owner"})
    now = timezone.now()
    AccountErasure.objects.create(user=crew.users["admin"], asked_at=now, due_at=now + timedelta(days=14))

    assert "nobody would own" in crew.client("owner").post("/teams/crew/leave", {"past": "goes"}, follow=True).text

    assert "Olga" in crew.roles()


def test_a_team_is_not_handed_to_an_account_that_goes(crew: Crew) -> None:
    now = timezone.now()
    AccountErasure.objects.create(user=crew.users["admin"], asked_at=now, due_at=now + timedelta(days=14))
    transfer = f"/teams/crew/members/{crew['admin'].public_id}/transfer"

    assert "going to be erased" in crew.client("owner").post(transfer, follow=True).text
    assert crew.roles()["Olga"] == "owner"
    AccountErasure.objects.all().delete()
    crew.client("owner").post(transfer)

    assert crew.roles() == {"Olga": "admin", "Admin": "owner", "Member": "member"}


@pytest.mark.parametrize(("past", "seats"), [("goes", 0), ("stays", 1)])
def test_who_leaves_says_what_stays(past: str, seats: int, crew: Crew) -> None:
    share(crew["member"])

    crew.client("member").post("/teams/crew/leave", {"past": past})

    assert Seat.objects.count() == seats
    assert not Seat.objects.filter(ends_on=None).exists()
    assert AuditEntry.objects.filter(action="left", actor_name="Member").exists()


@pytest.mark.parametrize(("past", "left"), [("goes", []), ("stays", ["ended", "going"])])
def test_what_ended_before_goes_too_with_who_leaves_and_wants_it(past: str, left: list[str], crew: Crew) -> None:
    ended = share(crew["member"], "ended")
    share(crew["member"], "going")
    share(crew["owner"], "of another")
    member = crew.client("member")
    member.post(f"/teams/crew/seats/{ended.public_id}/end", {"past": "stays"})

    member.post("/teams/crew/leave", {"past": past})

    assert list(Seat.objects.order_by("pk").values_list("label", flat=True)) == [*left, "of another"]


def test_leaving_without_a_word_about_the_seats_does_nothing(crew: Crew) -> None:
    assert crew.client("member").post("/teams/crew/leave").status_code == 400
    assert "Member" in crew.roles()


def test_of_who_is_removed_stays_what_they_said(crew: Crew) -> None:
    share(crew["member"], "goes")
    share(crew["member"], "stays", keeps_past=True)
    ended = share(crew["member"], "ended before")
    crew.client("member").post(f"/teams/crew/seats/{ended.public_id}/end", {"past": "stays"})

    crew.client("admin").post(f"/teams/crew/members/{crew['member'].public_id}/remove")

    assert list(Seat.objects.order_by("pk").values_list("label", flat=True)) == ["stays", "ended before"]
    assert "Member" not in crew.roles()


def test_what_stayed_is_taken_back_from_outside(crew: Crew) -> None:
    seat, own = share(crew["member"]), share(crew["owner"])
    client = crew.client("member")
    client.post("/teams/crew/leave", {"past": "stays"})

    assert "What stayed in teams that you left" in client.get("/teams").text
    assert client.post(f"/teams/left/{own.public_id}").status_code == 404
    assert client.post(f"/teams/left/{seat.public_id}").status_code == 302

    assert list(Seat.objects.all()) == [own]
    assert AuditEntry.objects.latest("pk").action == "unshared"


def test_names_are_ones_own_and_nobody_sees_an_address(crew: Crew) -> None:
    member = crew.client("member")

    assert member.post("/teams/crew/name", {"own_name": "olga"}).status_code == 400
    assert member.post("/teams/crew/name", {"own_name": "Mia"}).status_code == 302

    page = crew.client("owner").get("/teams/crew/members").text
    assert "Mia" in page
    assert "member@example.org" not in page
    assert crew.users["member"].public_id not in page


@pytest.mark.parametrize(
    ("keeps_past", "told"), [(True, "the past of 1 seat is still shown"), (False, "Nothing that you")]
)
def test_who_is_removed_is_told_by_mail_what_became_of_their_seats(
    keeps_past: bool, told: str, crew: Crew, settings: Settings, mailoutbox: list[mail.EmailMessage]
) -> None:
    settings.HAS_MAIL = True
    share(crew["member"], keeps_past=keeps_past)
    members.remove_member(actor=crew["admin"], member=crew["member"], now=timezone.now())
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_PORT = 1
    assert removals.mail_removals() == 0

    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"

    assert [removals.mail_removals() for _ in range(2)] == [1, 0]
    [message] = mailoutbox
    assert message.to == [crew.users["member"].email]
    assert message.subject == "You are not in the team Crew any more"
    assert told in message.body
    assert "/teams" in message.body or not keeps_past


def test_without_mail_nobody_is_to_be_told(crew: Crew, settings: Settings) -> None:
    settings.HAS_MAIL = False
    members.remove_member(actor=crew["admin"], member=crew["member"], now=timezone.now())

    assert not Removal.objects.exists()
