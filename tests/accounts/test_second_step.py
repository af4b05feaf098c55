"""The second step of signing in: apps, recovery codes, and what is stored of them."""

import io
import json

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from codextime.accounts import services
from codextime.accounts.models import User
from tests.accounts.second_steps import app_code, is_signed_in, show_that_it_is_me, sign_in, switch_app_on

INDEX, STEP, CODES = "/accounts/2fa/", "/accounts/2fa/authenticate/", "/accounts/2fa/recovery-codes/"


def test_with_an_app_the_password_alone_lets_nobody_in(client: Client, owner: User) -> None:
    key, _ = switch_app_on(client, owner)
    visitor = Client()

    assert sign_in(visitor, owner)["Location"] == STEP
    assert not is_signed_in(visitor)
    assert "did not match" in visitor.post(STEP, {"code": "123456"}).text
    visitor.post(STEP, {"code": app_code(key, later=1)})

    assert is_signed_in(visitor)


SAID = {"clientDataJSON": "e30", "authenticatorData": "AA", "signature": "AA", "userHandle": "AA"}


@pytest.mark.parametrize(
    "said",
    [
        *("1", "[1]", '"x"', "{}", '{"response": 1}', "9" * 5_000, "[" * 50_000, '"' + "x" * 200_000 + '"'),
        json.dumps({"id": "AA", "rawId": 10**30, "response": SAID}),
        *(json.dumps({"id": "AA", "rawId": "AA", "response": SAID | {name: 10**30}}) for name in SAID),
        *(json.dumps({"id": "AA", "rawId": "AA", "response": SAID | {name: "é"}}) for name in SAID),
    ],
)
def test_what_is_no_passkey_lets_nobody_in_and_takes_no_memory(client: Client, owner: User, said: str) -> None:
    client.get("/accounts/2fa/webauthn/login/", headers={"X-Requested-With": "XMLHttpRequest"})

    answer = client.post("/accounts/2fa/webauthn/login/", {"credential": said})

    assert answer["Location"] == "/accounts/login/"
    assert not is_signed_in(client)


def test_who_has_no_passkey_is_offered_none(client: Client, owner: User) -> None:
    switch_app_on(client, owner)
    visitor = Client()
    sign_in(visitor, owner)

    page = visitor.get(STEP).text

    assert "Type the code that your authenticator app shows now" in page
    assert "passkey-start" not in page
    ways = client.get("/accounts/reauthenticate/").text
    assert "Use a code" in ways
    assert "Use a passkey" not in ways


def test_a_code_of_the_app_works_once(client: Client, owner: User) -> None:
    key, _ = switch_app_on(client, owner)
    first, second = Client(), Client()
    code = app_code(key, later=1)
    for visitor in (first, second):
        sign_in(visitor, owner)
        visitor.post(STEP, {"code": code})

    assert (is_signed_in(first), is_signed_in(second)) == (True, False)


def test_a_sign_in_link_asks_for_the_second_step_too(client: Client, owner: User, settings: Settings) -> None:
    switch_app_on(client, owner)
    visitor = Client()
    link = services.make_login_link(user=owner, now=timezone.now())

    assert visitor.post(link.removeprefix(settings.BASE_URL))["Location"] == STEP
    assert not is_signed_in(visitor)


@pytest.mark.usefixtures("one_period")
def test_whoever_guesses_codes_must_wait_even_with_the_right_one(client: Client, owner: User) -> None:
    key, _ = switch_app_on(client, owner)
    visitor = Client()
    sign_in(visitor, owner)
    for number in range(5):
        visitor.post(STEP, {"code": f"00000{number}"})

    visitor.post(STEP, {"code": app_code(key, later=1)})

    assert not is_signed_in(visitor)


def test_a_recovery_code_lets_in_once(client: Client, owner: User) -> None:
    _, codes = switch_app_on(client, owner)
    first, second = Client(), Client()
    for visitor in (first, second):
        sign_in(visitor, owner)
        visitor.post(STEP, {"code": codes[3]})

    assert len(set(codes)) == 10
    assert (is_signed_in(first), is_signed_in(second)) == (True, False)
    assert "9 codes are left" in client.get(INDEX).text


def test_recovery_codes_are_shown_once_with_a_download_of_the_same(client: Client, owner: User) -> None:
    sign_in(client, owner)
    show_that_it_is_me(client, owner)
    client.get("/accounts/2fa/totp/activate/")
    key = client.session["mfa.totp.secret"]
    client.post("/accounts/2fa/totp/activate/", {"code": app_code(key)})

    first, again = client.get(CODES), client.get(CODES)

    codes = first.context["unused_codes"]
    assert f'href="data:text/plain;charset=utf-8,{"%0A".join(codes)}%0A"' in first.text
    assert "no-store" in first["Cache-Control"]
    assert not any(code in again.text for code in codes)
    assert client.get(CODES + "download/").status_code == 403


def test_who_has_no_password_sees_the_recovery_codes_right_after_the_app_is_on(client: Client, owner: User) -> None:
    owner.set_unusable_password()
    owner.save()
    client.force_login(owner)
    client.get("/accounts/2fa/totp/activate/")

    key = client.session["mfa.totp.secret"]
    answer = client.post("/accounts/2fa/totp/activate/", {"code": app_code(key)}, follow=True)

    assert "You see these codes this once" in answer.text


@pytest.mark.django_db(transaction=True)  # mail leaves after the commit
def test_new_recovery_codes_take_the_place_of_the_old(client: Client, owner: User) -> None:
    _, codes = switch_app_on(client, owner)
    client.post(CODES + "generate/")
    visitor = Client()
    sign_in(visitor, owner)

    visitor.post(STEP, {"code": codes[0]})

    assert not is_signed_in(visitor)
    assert "New recovery codes were made" in mail.outbox[-1].body


@pytest.mark.parametrize("path", ["totp/activate/", "recovery-codes/generate/", "webauthn/add/"])
def test_changes_ask_for_the_password_first(client: Client, owner: User, path: str) -> None:
    sign_in(client, owner)
    assert client.get(INDEX + path)["Location"].startswith("/accounts/reauthenticate/?")

    show_that_it_is_me(client, owner)

    assert client.get(INDEX + path).status_code == 200


@pytest.mark.django_db(transaction=True)  # mail leaves after the commit
def test_every_change_is_mailed_with_its_network_and_no_address(client: Client, owner: User) -> None:
    switch_app_on(client, owner)
    client.post("/accounts/2fa/totp/deactivate/")

    on, off = mail.outbox
    assert (on.subject, off.subject) == (
        "An authenticator app protects your account",
        "The authenticator app is switched off",
    )
    assert on.to == off.to == [owner.email]
    assert "from this computer" in on.body
    assert "127.0.0.1" not in on.body
    assert "/settings#security" in off.body


def test_without_a_second_step_no_recovery_codes_are_left(client: Client, owner: User) -> None:
    switch_app_on(client, owner)

    client.post("/accounts/2fa/totp/deactivate/")

    assert not Authenticator.objects.exists()
    assert sign_in(Client(), owner)["Location"] == "/"


def test_a_new_password_is_mailed_about(client: Client, owner: User) -> None:
    sign_in(client, owner)
    fields = {
        "oldpassword": "owner's long password",
        "password1": "quite another one",
        "password2": "quite another one",
    }
    client.post("/accounts/password/change/", fields)

    assert mail.outbox[-1].subject == "Your password was changed"


def test_the_database_holds_neither_the_key_of_an_app_nor_recovery_codes(client: Client, owner: User) -> None:
    key, codes = switch_app_on(client, owner)

    stored = json.dumps(list(Authenticator.objects.values_list("data", flat=True)))

    assert not any(secret in stored for secret in (key, *codes))


def test_with_another_secret_key_no_code_matches_and_nothing_breaks(
    client: Client, owner: User, settings: Settings
) -> None:
    key, codes = switch_app_on(client, owner)
    settings.SECRET_KEY = "another one, as after a leak"
    visitor = Client()
    sign_in(visitor, owner)

    for code in (app_code(key, later=1), codes[0]):
        assert "did not match" in visitor.post(STEP, {"code": code}).text
    assert not is_signed_in(visitor)


def test_the_operator_takes_a_lost_second_step_away(client: Client, owner: User, stranger: User) -> None:
    switch_app_on(client, owner)
    switch_app_on(Client(), stranger)
    printed = io.StringIO()

    call_command("second_step_off", owner.email, stdout=printed)

    assert "signs in without a second step now" in printed.getvalue()
    assert sign_in(Client(), owner)["Location"] == "/"
    assert sign_in(Client(), stranger)["Location"] == STEP
    call_command("second_step_off", owner.email, stdout=printed)
    assert "has no second step" in printed.getvalue()
    with pytest.raises(CommandError, match="Nobody has an account"):
        call_command("second_step_off", "ada@example.org")


def test_nobody_reaches_a_passkey_of_somebody_else(client: Client, owner: User, stranger: User) -> None:
    theirs = Authenticator.objects.create(user=stranger, type="webauthn", data={"name": "phone", "credential": {}})
    sign_in(client, owner)
    show_that_it_is_me(client, owner)

    assert client.get(f"/accounts/2fa/webauthn/keys/{theirs.pk}/remove/").status_code == 404
    assert client.post(f"/accounts/2fa/webauthn/keys/{theirs.pk}/edit/", {"name": "mine"}).status_code == 404
    theirs.refresh_from_db()
    assert theirs.data["name"] == "phone"
