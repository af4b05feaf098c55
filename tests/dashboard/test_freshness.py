"""The address that an open page asks whether its figures changed: cheap, and telling nobody anything."""

import re
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from codextime.accounts.models import User
from codextime.devices.services import pair_own_device
from codextime.pricing.own_rates import remove_own_rate, set_own_credit_price, set_own_rate
from codextime.pricing.services import confirm_rates
from codextime.usage.services import change_time_zone, rebuild_dirty_dates
from tests.ingest.uploads import call, envelope, post
from tests.usage.burning import burn
from tests.usage.burning import call as reading

Upload = Callable[[User], None]


@pytest.fixture
def upload(now: datetime) -> Upload:
    def upload_a_call(user: User) -> None:
        token = pair_own_device(user=user, name="Desk", now=now)[1]
        assert post(Client(), token, envelope(user, call(1))).status_code == 201

    return upload_a_call


@pytest.fixture
def signed_in(client: Client, owner: User) -> Client:
    client.force_login(owner)
    return client


def shown_version(client: Client) -> str:
    found = re.search(r'data-version="([^"]+)"', client.get("/dashboard").text)
    assert found
    return found[1].replace("&quot;", '"')


def status(client: Client, version: str) -> int:
    return client.get("/dashboard/version", headers={"If-None-Match": version}).status_code


def test_nothing_new_costs_two_queries_however_much_there_is(
    signed_in: Client, owner: User, upload: Upload, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    burn(owner, *(reading(f"2025-10-{day:02}T12:00+00:00") for day in range(1, 29)))
    upload(owner)
    version = shown_version(signed_in)

    with django_assert_num_queries(2):
        assert status(signed_in, version) == 304


def test_an_upload_and_its_rebuild_are_each_something_new(signed_in: Client, owner: User, upload: Upload) -> None:
    before = shown_version(signed_in)
    upload(owner)
    uploaded = shown_version(signed_in)
    rebuild_dirty_dates(user_id=owner.pk)

    assert status(signed_in, before) == 204
    assert status(signed_in, uploaded) == 204
    assert status(signed_in, shown_version(signed_in)) == 304


def test_an_upload_of_somebody_else_is_nothing_new(
    signed_in: Client, owner: User, stranger: User, upload: Upload
) -> None:
    upload(owner)
    version = shown_version(signed_in)

    upload(stranger)

    assert status(signed_in, version) == 304


def test_another_day_is_something_new(signed_in: Client, owner: User) -> None:
    change_time_zone(user=owner, name="Pacific/Kiritimati")
    version = shown_version(signed_in)

    change_time_zone(user=owner, name="Pacific/Niue")  # 25 hours behind: always another date

    assert status(signed_in, version) == 204


@pytest.mark.parametrize("whose", ["owner", "stranger"])
def test_a_rate_of_ones_own_is_something_new_and_that_of_somebody_else_is_not(
    whose: str, signed_in: Client, owner: User, stranger: User, now: datetime
) -> None:
    user, expected = (owner, 204) if whose == "owner" else (stranger, 304)
    before = shown_version(signed_in)
    rate = set_own_rate(
        user=user,
        model="gpt-5.4",
        effective_from=now.date(),
        input_usd=Decimal(1),
        cached_input_usd=None,
        output_usd=Decimal(2),
        now=now,
    )
    assert status(signed_in, before) == expected

    typed = shown_version(signed_in)
    remove_own_rate(user=user, rate_id=rate.pk)
    assert status(signed_in, typed) == expected

    removed = shown_version(signed_in)
    set_own_credit_price(user=user, usd_per_credit=Decimal("0.04"), now=now)
    assert status(signed_in, removed) == expected


def test_a_rate_that_the_operator_confirms_is_something_new(signed_in: Client, now: datetime) -> None:
    before = shown_version(signed_in)

    confirm_rates(models=["gpt-5.4"], today=now.date())

    assert status(signed_in, before) == 204


def test_a_session_that_a_new_password_ended_learns_nothing(signed_in: Client, owner: User) -> None:
    version = shown_version(signed_in)
    owner.set_password("another long password")
    owner.save()

    assert status(signed_in, version) == 403


def test_somebody_who_was_switched_off_learns_nothing(signed_in: Client, owner: User) -> None:
    version = shown_version(signed_in)
    User.objects.update(is_active=False)

    assert status(signed_in, version) == 403
