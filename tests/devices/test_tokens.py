"""What an upload token opens, and for how long."""

from datetime import datetime, timedelta

import pytest

from codextime.accounts.models import User
from codextime.devices import services
from codextime.devices.models import Device


@pytest.fixture
def paired(owner: User, now: datetime) -> tuple[Device, str]:
    return services.pair_own_device(user=owner, name="Desk", now=now)


def test_a_token_opens_its_own_account_only(
    paired: tuple[Device, str], owner: User, stranger: User, now: datetime
) -> None:
    _, strangers_token = services.pair_own_device(user=stranger, name="Desk", now=now)

    assert services.authenticate_device(token=paired[1], now=now).user == owner
    assert services.authenticate_device(token=strangers_token, now=now).user == stranger


@pytest.mark.parametrize("token", ["", "cxt_", "cxt_" + "a" * 40, "é" * 44])
def test_a_wrong_token_opens_nothing(paired: tuple[Device, str], now: datetime, token: str) -> None:
    with pytest.raises(services.DeviceUnknown):
        services.authenticate_device(token=token, now=now)


def test_a_revoked_token_opens_nothing_and_stays_revoked(paired: tuple[Device, str], now: datetime) -> None:
    device, token = paired
    services.revoke_device(device=device, now=now)
    services.revoke_device(device=device, now=now + timedelta(hours=1))

    with pytest.raises(services.DeviceRevoked):
        services.authenticate_device(token=token, now=now)

    device.refresh_from_db()
    assert device.revoked_at == now


def test_the_token_of_a_disabled_account_opens_nothing(paired: tuple[Device, str], owner: User, now: datetime) -> None:
    owner.is_active = False
    owner.save()

    with pytest.raises(services.DeviceUnknown):
        services.authenticate_device(token=paired[1], now=now)


def test_last_used_moves_at_most_once_a_minute(paired: tuple[Device, str], now: datetime) -> None:
    device, token = paired
    seen = []
    for seconds in (0, 59, 60):
        services.authenticate_device(token=token, now=now + timedelta(seconds=seconds))
        device.refresh_from_db()
        seen.append(device.last_used_at)

    assert seen == [now, now, now + timedelta(seconds=60)]
