"""The list of one's own machines."""

from datetime import datetime, timedelta

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from codextime.accounts.models import User
from codextime.devices import services
from codextime.devices.models import Device


@pytest.fixture
def device(owner: User, now: datetime) -> Device:
    return services.pair_own_device(user=owner, name="Desk", now=now)[0]


def test_the_page_lists_ones_own_machines_only(owners: Client, strangers: Client, device: Device) -> None:
    assert "Desk" in owners.get("/devices").text
    assert device.token_hint in owners.get("/devices").text
    assert "Desk" not in strangers.get("/devices").text


def test_the_page_shows_the_command_with_and_without_machines(
    owners: Client, strangers: Client, owner: User, stranger: User, device: Device
) -> None:
    assert f"codextime-tracker {owner.public_id} --server" in owners.get("/devices").text
    assert f"codextime-tracker {stranger.public_id} --server" in strangers.get("/devices").text


def test_machines_that_were_revoked_come_last(owners: Client, owner: User, device: Device, now: datetime) -> None:
    studio, _ = services.pair_own_device(user=owner, name="Studio", now=now + timedelta(days=1))
    services.revoke_device(device=studio, now=now + timedelta(days=2))

    page = owners.get("/devices").text

    assert page.index("Desk") < page.index("Studio")


def test_the_owner_renames_a_machine_and_a_stranger_does_not_find_it(
    owners: Client, strangers: Client, device: Device
) -> None:
    assert strangers.post(f"/devices/{device.pk}/rename", {"name": "Mine"}).status_code == 404
    device.refresh_from_db()
    assert device.name == "Desk"

    owners.post(f"/devices/{device.pk}/rename", {"name": "  Studio "})
    device.refresh_from_db()
    assert device.name == "Studio"


def test_a_name_that_cannot_be_shown_is_not_taken(owners: Client, device: Device) -> None:
    answer = owners.post(f"/devices/{device.pk}/rename", {"name": "a\u202eb"}, follow=True)

    device.refresh_from_db()
    assert "The name was not changed" in answer.text
    assert device.name == "Desk"


def test_the_owner_revokes_a_machine_and_a_stranger_does_not_find_it(
    owners: Client, strangers: Client, device: Device
) -> None:
    assert strangers.post(f"/devices/{device.pk}/revoke").status_code == 404
    device.refresh_from_db()
    assert device.revoked_at is None

    page = owners.post(f"/devices/{device.pk}/revoke", follow=True).text
    device.refresh_from_db()
    assert device.revoked_at
    assert "cannot upload any more" in page


def test_the_list_costs_the_same_for_one_machine_and_for_many(
    owners: Client, owner: User, device: Device, now: datetime, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(25):
        services.pair_own_device(user=owner, name=f"Machine {number}", now=now)

    with django_assert_max_num_queries(3):  # session, user, machines
        owners.get("/devices")
