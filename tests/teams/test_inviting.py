"""Invitations, from the form to the first page in the team."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from codextime.accounts.models import AccountErasure, User
from codextime.teams import inviting, limits
from codextime.teams.models import AuditEntry, Invitation, Membership, Role
from tests.conftest import make_person
from tests.teams.crew import Crew

LINK = re.compile(r"/teams/join/[\w-]+")


@pytest.fixture
def guest(stranger: User) -> Client:
    client = Client()
    client.force_login(stranger)
    return client


def make_link(crew: Crew, name: str = "owner", **data: str) -> str:
    page = crew.client(name).post("/teams/crew/invitations", {"role": "member", "email": ""} | data)
    assert page.status_code == 200
    [link] = set(LINK.findall(page.text))
    return link


def join(client: Client, link: str, name: str = "Gustav") -> int:
    if client.get(link).status_code == 404:
        return 404
    return client.post("/teams/join", {"own_name": name}).status_code


def test_a_link_lets_one_in_with_its_role(crew: Crew, guest: Client, stranger: User) -> None:
    link = make_link(crew, role="admin")

    page = guest.get(link, follow=True)
    assert "Join Crew" in page.text
    assert link.rpartition("/")[2] not in page.text + page.request["PATH_INFO"]
    assert guest.post("/teams/join", {"own_name": "Gustav"})["Location"] == "/teams/crew/seats/share"

    assert crew.roles()["Gustav"] == "admin"
    assert Invitation.objects.get(accepted_by=stranger).accepted_at
    assert join(Client(), link) == 404
    assert link.rpartition("/")[2] not in str(Invitation.objects.values())


def test_without_an_account_one_signs_up_and_comes_back(crew: Crew, settings: Settings) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = "none"
    client = Client()
    page = client.get(make_link(crew), follow=True)
    assert "/accounts/signup/?next=/teams/join" in page.text
    password = "a long password of one's own"

    answer = client.post(
        "/accounts/signup/?next=/teams/join",
        {"email": "new@example.org", "password1": password, "password2": password, "next": "/teams/join"},
    )

    assert answer["Location"] == "/teams/join"
    assert client.post("/teams/join", {"own_name": "New"}).status_code == 302
    assert crew.roles()["New"] == "member"


def test_without_a_session_one_signs_in_and_comes_back(crew: Crew) -> None:
    make_person("guest")
    client = Client()
    client.get(make_link(crew))

    answer = client.post(
        "/accounts/login/", {"login": "guest@example.org", "password": "guest's long password", "next": "/teams/join"}
    )

    assert answer["Location"] == "/teams/join"
    assert "Join Crew" in client.get("/teams/join").text


def test_a_mailed_one_is_for_its_address(
    crew: Crew, guest: Client, stranger: User, settings: Settings, mailoutbox: list[mail.EmailMessage]
) -> None:
    settings.HAS_MAIL = True
    page = crew.client("admin").post("/teams/crew/invitations", {"role": "member", "email": "Guest@Example.org"})
    assert not LINK.search(page.text)
    assert inviting.mail_invitations(now=timezone.now()) == 1
    assert inviting.mail_invitations(now=timezone.now()) == 0
    [message] = mailoutbox
    [link] = LINK.findall(message.body)
    assert (message.to, "Admin invites you" in message.body) == (["guest@example.org"], True)

    refused = guest.get(link, follow=True)
    assert (refused.status_code, "guest@" in refused.text) == (403, False)
    assert guest.post("/teams/join", {"own_name": "Gustav"}).status_code == 403
    EmailAddress.objects.create(user=stranger, email="guest@example.org", verified=False)
    assert guest.get("/teams/join").status_code == 403
    EmailAddress.objects.filter(email="guest@example.org").update(verified=True)

    assert guest.post("/teams/join", {"own_name": "Gustav"}).status_code == 302
    assert "guest@example.org" not in str(AuditEntry.objects.values())


def test_a_mail_server_that_is_away_gets_it_later(
    crew: Crew, settings: Settings, mailoutbox: list[mail.EmailMessage]
) -> None:
    settings.HAS_MAIL = True
    inviting.invite(actor=crew["owner"], email="a@example.org", role=Role.MEMBER, now=timezone.now())
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_PORT = 1
    assert inviting.mail_invitations(now=timezone.now()) == 0
    assert Invitation.objects.get(email="a@example.org").sent_at is None

    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert inviting.mail_invitations(now=timezone.now()) == 1

    assert len(mailoutbox) == 1


def test_sent_again_the_old_link_is_dead(crew: Crew, guest: Client) -> None:
    old = make_link(crew)
    public_id = Invitation.objects.get(accepted_at=None).public_id

    page = crew.client("admin").post(f"/teams/crew/invitations/{public_id}/resend")
    [new] = set(LINK.findall(page.text))

    assert join(guest, old) == 404
    assert join(guest, new) == 302


def test_a_revoked_one_is_dead_and_stays_so(crew: Crew, guest: Client) -> None:
    link = make_link(crew)
    path = f"/teams/crew/invitations/{Invitation.objects.get(accepted_at=None).public_id}"
    crew.client("owner").post(f"{path}/revoke")

    assert join(guest, link) == 404
    assert crew.client("owner").post(f"{path}/resend").status_code == 409
    assert "revoked already" in crew.client("owner").post(f"{path}/revoke", follow=True).text


def test_it_ends_after_seven_days(crew: Crew, stranger: User) -> None:
    now = timezone.now()
    link = inviting.invite(actor=crew["owner"], email="", role=Role.MEMBER, now=now)[1]
    token, week = link.rpartition("/")[2], timedelta(days=7)

    with pytest.raises(inviting.InvitationSpent):
        inviting.accept_invitation(user=stranger, token=token, name="Gustav", now=now + week)
    inviting.accept_invitation(user=stranger, token=token, name="Gustav", now=now + week - timedelta(seconds=1))

    inviting.forget_invitations(now=now + timedelta(days=38))
    assert not Invitation.objects.exists()


def test_nobody_invites_above_themselves_also_not_later(crew: Crew, guest: Client) -> None:
    admin = crew.client("admin")
    assert admin.post("/teams/crew/invitations", {"role": "owner", "email": ""}).status_code == 400
    link = make_link(crew, "admin", role="admin")

    crew.client("owner").post(f"/teams/crew/members/{crew['admin'].public_id}/role", {"role": "member"})
    assert join(guest, link) == 404
    crew.client("owner").post(f"/teams/crew/members/{crew['admin'].public_id}/role", {"role": "admin"})

    assert join(guest, link) == 302


def test_who_is_in_already_leaves_it_for_somebody_else(crew: Crew, guest: Client) -> None:
    link = make_link(crew)

    assert crew.client("member").get(link, follow=True).request["PATH_INFO"] == "/teams/crew/members"
    assert join(guest, link) == 302


def test_a_name_that_is_taken_is_told_and_the_link_still_works(crew: Crew, guest: Client) -> None:
    link = make_link(crew)

    assert join(guest, link, "OLGA") == 400
    assert join(guest, link, "Gustav") == 302


def test_an_account_that_is_going_to_be_erased_joins_nothing(crew: Crew, guest: Client, stranger: User) -> None:
    now = timezone.now()
    AccountErasure.objects.create(user=stranger, asked_at=now, due_at=now + timedelta(days=14))

    assert join(guest, make_link(crew)) == 400
    assert not Membership.objects.filter(user=stranger).exists()


def test_many_invitations_in_a_day_are_too_many(crew: Crew, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "INVITATIONS_BY_USER", replace(limits.INVITATIONS_BY_USER, amount=2))
    owner = crew.client("owner")
    for _ in range(2):
        assert owner.post("/teams/crew/invitations", {"role": "member", "email": ""}).status_code == 200

    answer = owner.post("/teams/crew/invitations", {"role": "member", "email": ""})

    assert (answer.status_code, bool(answer["Retry-After"])) == (429, True)
    assert Invitation.objects.filter(accepted_at=None).count() == 2
