"""The page on which the owner lets a machine in."""

from urllib.parse import quote, urlsplit

import pytest
from django.test import Client
from django.utils import timezone

from codextime.accounts.models import User
from codextime.accounts.services import make_login_link, start_session_grouping
from codextime.devices import limits, services
from codextime.devices.models import Device, Pairing
from codextime.devices.services import StartedPairing


@pytest.fixture
def started(owner: User) -> StartedPairing:
    return services.start_pairing(requested_user=owner.public_id, now=timezone.now())


def test_the_owner_compares_names_and_approves(owners: Client, owner: User, started: StartedPairing) -> None:
    page = owners.get(f"/devices/pair?code={started.user_code}").text
    assert started.user_code in page
    assert owner.public_id in page
    assert 'value="Machine 1"' in page

    answer = owners.post("/devices/pair/approve", {"code": started.user_code, "name": "Desk"}, follow=True)

    assert "the tracker goes on" in answer.text
    device, _ = services.redeem_pairing(device_code=started.device_code, now=timezone.now())
    assert (device.user, device.name) == (owner, "Desk")


@pytest.mark.parametrize(("asked", "ticked"), [(True, True), (True, False), (False, True)])
def test_calls_are_grouped_by_session_if_the_machine_asks_and_the_owner_agrees(
    owners: Client, owner: User, asked: bool, ticked: bool
) -> None:
    started = services.start_pairing(requested_user=owner.public_id, wants_session_grouping=asked, now=timezone.now())
    page = owners.get(f"/devices/pair?code={started.user_code}").text
    box = {"groups_by_session": "on"} if ticked else {}

    owners.post("/devices/pair/approve", {"code": started.user_code, "name": "Desk", **box})

    owner.refresh_from_db()
    assert ("Group my calls by session" in page) == asked
    assert (owner.session_grouping_since is not None) == (asked and ticked)


def test_a_pairing_without_the_tick_leaves_the_accounts_choice(owners: Client, owner: User) -> None:
    start_session_grouping(user=owner, now=timezone.now())
    started = services.start_pairing(requested_user=owner.public_id, wants_session_grouping=True, now=timezone.now())

    owners.post("/devices/pair/approve", {"code": started.user_code, "name": "Desk"})

    owner.refresh_from_db()
    assert owner.session_grouping_since is not None


def test_a_sign_in_link_leads_back_to_the_code(client: Client, owner: User, started: StartedPairing) -> None:
    page = f"/devices/pair?code={started.user_code}"
    assert client.get(page).status_code == 302
    link = urlsplit(make_login_link(user=owner, now=timezone.now())).path

    answer = client.post(link, follow=True)

    assert answer.redirect_chain[-1][0] == page
    assert started.user_code in answer.text


def test_only_a_page_of_this_server_is_led_back_to(client: Client, owner: User) -> None:
    client.cookies["after_sign_in"] = "https://elsewhere.example"
    link = urlsplit(make_login_link(user=owner, now=timezone.now())).path

    assert "elsewhere" not in client.post(link)["Location"]


def test_the_next_machine_gets_the_next_number(owners: Client, owner: User, started: StartedPairing) -> None:
    services.pair_own_device(user=owner, name="Desk", now=timezone.now())

    assert 'value="Machine 2"' in owners.get(f"/devices/pair?code={started.user_code}").text


def test_the_owner_denies(owners: Client, started: StartedPairing) -> None:
    answer = owners.post("/devices/pair/deny", {"code": started.user_code}, follow=True)

    assert "denied" in answer.text
    assert Pairing.objects.get().denied_at


@pytest.mark.parametrize("action", ["approve", "deny"])
def test_another_account_is_told_who_is_signed_in_and_decides_nothing(
    strangers: Client, stranger: User, started: StartedPairing, action: str
) -> None:
    shown = strangers.get(f"/devices/pair?code={started.user_code}")
    answer = strangers.post(f"/devices/pair/{action}", {"code": started.user_code, "name": "Desk"})

    assert (shown.status_code, answer.status_code) == (403, 403)
    assert stranger.public_id in shown.text
    pairing = Pairing.objects.get()
    assert (pairing.approved_at, pairing.denied_at) == (None, None)


def test_a_visitor_signs_in_first_and_comes_back_with_the_code(
    client: Client, owner: User, started: StartedPairing
) -> None:
    page = f"/devices/pair?code={started.user_code}"
    answer = client.get(page)
    assert answer["Location"] == f"/accounts/login/?next={quote(page)}"

    login = {"login": owner.email, "password": "owner's long password"}
    back = client.post(f"/accounts/login/?next={quote(page)}", login)

    assert back["Location"] == page
    assert started.user_code in client.get(back["Location"]).text


@pytest.mark.parametrize("code", ["BCDF-GHJK", "", "?" * 300, "a\x00b"])
def test_a_code_that_nobody_waits_with_changes_nothing_and_says_what_to_do(
    owners: Client, started: StartedPairing, code: str
) -> None:
    shown = owners.get("/devices/pair", {"code": code or "-"})
    answer = owners.post("/devices/pair/approve", {"code": code, "name": "Desk"})

    assert shown.status_code == 404
    assert answer.status_code in {400, 404}
    assert "run the tracker again" in shown.text
    assert Pairing.objects.get().approved_at is None


@pytest.mark.parametrize("name", ["", " ", "x" * 61, "a\x1bb", "a\u202eb"])
def test_a_name_that_cannot_be_shown_is_asked_for_again(owners: Client, started: StartedPairing, name: str) -> None:
    answer = owners.post("/devices/pair/approve", {"code": started.user_code, "name": name})

    assert answer.status_code == 400
    assert started.user_code in answer.text
    assert Pairing.objects.get().approved_at is None


def test_looking_at_the_page_decides_nothing(owners: Client, started: StartedPairing) -> None:
    for action in ("approve", "deny"):
        assert owners.get(f"/devices/pair/{action}?code={started.user_code}").status_code == 405

    assert Pairing.objects.get().approved_at is None


@pytest.mark.usefixtures("one_period")
def test_too_many_codes_must_wait(owners: Client, started: StartedPairing) -> None:
    for _ in range(limits.CODES_BY_USER.amount):
        owners.get("/devices/pair?code=BCDF-GHJK")

    refused = owners.post("/devices/pair/approve", {"code": started.user_code, "name": "Desk"})

    assert refused.status_code == 429
    assert 0 < int(refused["Retry-After"]) <= 600
    assert not Device.objects.exists()
