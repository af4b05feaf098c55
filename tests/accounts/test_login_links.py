"""Links that sign the owner of a local server in."""

import io
import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from codextime.accounts import services
from codextime.accounts.models import LoginLink, User


def path_of(link: str, settings: Settings) -> str:
    return link.removeprefix(settings.BASE_URL)


@pytest.fixture
def path(owner: User, settings: Settings) -> str:
    return path_of(services.make_login_link(user=owner, now=timezone.now()), settings)


def is_signed_in(client: Client, user: User) -> bool:
    return client.session.get("_auth_user_id") == str(user.pk)


def test_looking_at_the_link_signs_nobody_in_and_pressing_the_button_does(
    client: Client, owner: User, path: str
) -> None:
    for _ in range(2):
        assert client.get(path).status_code == 200
    assert not is_signed_in(client, owner)

    answer = client.post(path)

    assert answer.status_code == 302
    assert is_signed_in(client, owner)


def test_a_link_works_once(owner: User, path: str, settings: Settings) -> None:
    settings.IS_LOCAL = True
    settings.LOGIN_LINK_COMMAND = "make login-link CODEXTIME_DATA=/elsewhere"
    Client().post(path)

    for answer in (Client().get(path), Client().post(path)):
        assert answer.status_code == 410
        assert "make login-link CODEXTIME_DATA=/elsewhere" in answer.text


def test_a_link_works_for_ten_minutes(owner: User, settings: Settings, now: datetime) -> None:
    tokens = [services.make_login_link(user=owner, now=now).rpartition("/")[2] for _ in range(2)]

    with pytest.raises(services.LoginLinkSpent):
        services.use_login_link(token=tokens[0], now=now + timedelta(seconds=600))
    assert services.use_login_link(token=tokens[1], now=now + timedelta(seconds=599)) == owner


def test_the_link_of_a_disabled_account_signs_nobody_in(client: Client, owner: User, path: str) -> None:
    owner.is_active = False
    owner.save()

    client.post(path)

    assert not is_signed_in(client, owner)


def test_the_links_secret_is_stored_as_a_hash(path: str) -> None:
    assert path.rpartition("/")[2] not in repr([*LoginLink.objects.values_list()])


def test_no_other_page_or_site_learns_the_links_address(client: Client, path: str) -> None:
    assert client.get(path)["Referrer-Policy"] == "strict-origin"
    assert "no-store" in client.get(path)["Cache-Control"]


def test_no_log_holds_the_links_secret(client: Client, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    written = io.StringIO()
    for handler in logging.root.handlers:
        if type(handler) is logging.StreamHandler:
            monkeypatch.setattr(handler, "stream", written)

    client.post(path)
    client.get(path)

    assert "/sign-in/" in written.getvalue()
    assert path.rpartition("/")[2] not in written.getvalue()


@pytest.mark.django_db(transaction=True)
def test_of_two_presses_at_once_one_signs_in(transactional_db: None, now: datetime) -> None:
    owner = services.make_owner(email="owner@localhost", now=now)
    token = services.make_login_link(user=owner, now=now).rpartition("/")[2]
    barrier = Barrier(2)

    def press(_: int) -> bool:
        barrier.wait()
        try:
            return services.use_login_link(token=token, now=now) == owner
        except services.LoginLinkSpent:
            return False
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(press, range(2))) == [False, True]


def test_the_command_prints_a_link(client: Client, owner: User, settings: Settings) -> None:
    printed = io.StringIO()

    call_command("login_link", owner.email, stdout=printed)

    assert client.get(path_of(printed.getvalue().strip(), settings)).status_code == 200
    with pytest.raises(CommandError, match="Nobody has an account"):
        call_command("login_link", "nobody@example.org")


def test_the_owner_is_made_once(db: None, now: datetime) -> None:
    first = services.make_owner(email="owner@localhost", time_zone="Asia/Kathmandu", now=now)
    again = services.make_owner(email="owner@localhost", time_zone="UTC", now=now + timedelta(days=1))

    stored = User.objects.get()
    assert first == again == stored
    assert stored.time_zone == "Asia/Kathmandu"
    assert not stored.has_usable_password()


def test_a_machine_with_an_odd_time_zone_gets_utc(db: None) -> None:
    call_command("make_owner", "owner@localhost", "--time-zone", "Mars/Olympus", stdout=io.StringIO())

    assert User.objects.get().time_zone == "UTC"
