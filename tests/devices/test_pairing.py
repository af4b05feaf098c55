"""RFC 8628, as the tracker and the owner's browser run through it."""

from datetime import datetime, timedelta

import pytest

from codextime.accounts.models import User
from codextime.devices import services
from codextime.devices.codes import USER_CODE_ALPHABET
from codextime.devices.models import Device, Pairing
from codextime.devices.selectors import find_pairing_by_user_code
from codextime.devices.services import StartedPairing

SECOND = timedelta(seconds=1)


@pytest.fixture
def started(owner: User, now: datetime) -> StartedPairing:
    return services.start_pairing(requested_user=owner.public_id, now=now)


def approve(started: StartedPairing, approver: User, now: datetime) -> None:
    services.approve_pairing(user_code=started.user_code, approver=approver, name="Desk", now=now)


def test_an_approved_pairing_gives_a_token_that_opens_the_account(
    owner: User, started: StartedPairing, now: datetime
) -> None:
    approve(started, owner, now)

    device, token = services.redeem_pairing(device_code=started.device_code, now=now)

    assert token.startswith("cxt_")
    assert len(token) == 44
    assert services.authenticate_device(token=token, now=now) == device
    stored = Device.objects.get()
    assert (stored.user, stored.name, stored.created_at) == (owner, "Desk", now)
    assert token.endswith(stored.token_hint)


def test_neither_code_nor_token_is_stored(owner: User, started: StartedPairing, now: datetime) -> None:
    approve(started, owner, now)
    _, token = services.redeem_pairing(device_code=started.device_code, now=now)

    stored = repr([*Pairing.objects.values_list(), *Device.objects.values_list()])

    assert started.device_code not in stored
    assert started.user_code.replace("-", "") not in stored
    assert token not in stored


def test_a_code_is_used_once(owner: User, started: StartedPairing, now: datetime) -> None:
    approve(started, owner, now)
    services.redeem_pairing(device_code=started.device_code, now=now)

    with pytest.raises(services.PairingExpired):
        services.redeem_pairing(device_code=started.device_code, now=now)

    assert Device.objects.count() == 1


def test_a_pairing_that_nobody_decided_is_pending(started: StartedPairing, now: datetime) -> None:
    with pytest.raises(services.AuthorizationPending):
        services.redeem_pairing(device_code=started.device_code, now=now)


def test_a_denied_pairing_says_so(owner: User, started: StartedPairing, now: datetime) -> None:
    services.deny_pairing(user_code=started.user_code, denier=owner, now=now)

    with pytest.raises(services.PairingDenied):
        services.redeem_pairing(device_code=started.device_code, now=now)
    with pytest.raises(services.PairingUnknown):
        approve(started, owner, now)


@pytest.mark.parametrize("step", ["approve", "redeem"])
def test_a_code_lives_for_ten_minutes(owner: User, started: StartedPairing, now: datetime, step: str) -> None:
    last, late = now + timedelta(seconds=599), now + timedelta(seconds=600)
    if step == "approve":
        with pytest.raises(services.PairingUnknown):
            approve(started, owner, late)
        approve(started, owner, last)
    else:
        approve(started, owner, now)
        with pytest.raises(services.PairingExpired):
            services.redeem_pairing(device_code=started.device_code, now=late)
        services.redeem_pairing(device_code=started.device_code, now=last)


def test_only_the_account_named_in_the_command_decides(
    owner: User, stranger: User, started: StartedPairing, now: datetime
) -> None:
    with pytest.raises(services.PairingForAnotherAccount):
        approve(started, stranger, now)
    with pytest.raises(services.PairingForAnotherAccount):
        services.deny_pairing(user_code=started.user_code, denier=stranger, now=now)

    approve(started, owner, now)


def test_polling_too_fast_makes_the_interval_longer(started: StartedPairing, now: datetime) -> None:
    def poll(after: float) -> None:
        services.redeem_pairing(device_code=started.device_code, now=now + after * SECOND)

    with pytest.raises(services.AuthorizationPending):
        poll(after=0)
    with pytest.raises(services.PolledTooFast):
        poll(after=2)
    with pytest.raises(services.PolledTooFast):
        poll(after=2 + 8.9)
    with pytest.raises(services.AuthorizationPending):
        poll(after=10.9 + 14.1)
    assert Pairing.objects.get().interval == 15


@pytest.mark.parametrize(
    "spell", [str, str.lower, lambda code: code.replace("-", ""), lambda code: f" {code[:3]} {code[3:]}"]
)
def test_a_code_may_be_typed_in_any_way(started: StartedPairing, now: datetime, spell: type[str]) -> None:
    assert find_pairing_by_user_code(user_code=spell(started.user_code), now=now) == Pairing.objects.get()


def test_a_code_looks_like_two_groups_of_four(started: StartedPairing) -> None:
    first, second = started.user_code.split("-")

    assert len(first) == len(second) == 4
    assert set(first + second) <= set(USER_CODE_ALPHABET)


def test_a_pairing_is_forgotten_a_day_after_its_code_expired(started: StartedPairing, now: datetime) -> None:
    expired_at = now + timedelta(minutes=10)

    services.forget_pairings(now=expired_at + timedelta(days=1))
    assert Pairing.objects.exists()

    services.forget_pairings(now=expired_at + timedelta(days=1, seconds=1))
    assert not Pairing.objects.exists()
