"""Approval, denial and polls at the same moment, on real connections: nothing is lost, nothing happens twice."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import partial
from threading import Barrier

import pytest
from django.db import connection

from codextime.accounts.models import User
from codextime.devices import services
from codextime.devices.models import Device, Pairing
from codextime.devices.services import StartedPairing

REFUSALS = (
    services.AuthorizationPending,
    services.PairingExpired,
    services.PairingForAnotherAccount,
    services.PairingUnknown,
)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def owner(transactional_db: None) -> User:
    return User.objects.create_user("owner@example.org", "owner's long password")


@pytest.fixture
def started(owner: User, now: datetime) -> StartedPairing:
    return services.start_pairing(requested_user=owner.public_id, now=now)


def run_at_once(*steps: Callable[[], object]) -> list[object]:
    """What each step returned or raised, all of them started together."""
    barrier = Barrier(len(steps))

    def run(step: Callable[[], object]) -> object:
        barrier.wait()
        try:
            return step()
        except REFUSALS as refused:
            return type(refused)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(steps)) as pool:
        return list(pool.map(run, steps))


def test_of_many_polls_after_an_approval_one_gets_the_token(
    owner: User, started: StartedPairing, now: datetime
) -> None:
    services.approve_pairing(user_code=started.user_code, approver=owner, name="Desk", now=now)

    outcomes = run_at_once(*[lambda: services.redeem_pairing(device_code=started.device_code, now=now)] * 8)

    assert outcomes.count(services.PairingExpired) == 7
    assert Device.objects.count() == 1


@pytest.mark.parametrize("_round", range(5))
def test_a_poll_beside_the_approval_gets_the_token_now_or_next_time(
    owner: User, started: StartedPairing, now: datetime, _round: int
) -> None:
    _, polled = run_at_once(
        lambda: services.approve_pairing(user_code=started.user_code, approver=owner, name="Desk", now=now),
        lambda: services.redeem_pairing(device_code=started.device_code, now=now),
    )

    if polled is services.AuthorizationPending:
        services.redeem_pairing(device_code=started.device_code, now=now)
    assert Device.objects.get().user == owner
    assert Pairing.objects.get().used_at == now


@pytest.mark.parametrize("_round", range(5))
def test_of_an_approval_and_a_denial_at_once_one_counts(
    owner: User, started: StartedPairing, now: datetime, _round: int
) -> None:
    outcomes = run_at_once(
        lambda: services.approve_pairing(user_code=started.user_code, approver=owner, name="Desk", now=now),
        lambda: services.deny_pairing(user_code=started.user_code, denier=owner, now=now),
    )

    pairing = Pairing.objects.get()
    assert outcomes.count(services.PairingUnknown) == 1
    assert (pairing.approved_at is None) != (pairing.denied_at is None)


def test_forged_codes_beside_the_right_one_win_nothing(owner: User, started: StartedPairing, now: datetime) -> None:
    services.approve_pairing(user_code=started.user_code, approver=owner, name="Desk", now=now)
    forged = ["", started.device_code[:-1], started.device_code.swapcase(), started.user_code, "\x00", "%", "x" * 100]

    outcomes = run_at_once(
        *[partial(services.redeem_pairing, device_code=code, now=now) for code in [*forged, started.device_code]]
    )

    assert outcomes[:-1] == [services.PairingExpired] * len(forged)
    assert Device.objects.get().user == owner


@pytest.mark.parametrize("_round", range(5))
def test_an_approval_in_the_last_second_opens_nothing_after_it(
    owner: User, started: StartedPairing, now: datetime, _round: int
) -> None:
    end = now + services.PAIRING_LIFETIME

    outcomes = run_at_once(
        lambda: services.approve_pairing(
            user_code=started.user_code, approver=owner, name="Desk", now=end - timedelta(microseconds=1)
        ),
        *[partial(services.redeem_pairing, device_code=started.device_code, now=end)] * 4,
    )

    assert outcomes[1:] == [services.PairingExpired] * 4
    assert not Device.objects.exists()


@pytest.mark.parametrize("_round", range(5))
def test_a_stranger_who_approves_at_the_same_moment_changes_nothing(
    owner: User, started: StartedPairing, now: datetime, _round: int
) -> None:
    stranger = User.objects.create_user("stranger@example.org")

    def decide(decider: User) -> None:
        services.approve_pairing(user_code=started.user_code, approver=decider, name="Desk", now=now)

    def deny() -> None:
        services.deny_pairing(user_code=started.user_code, denier=stranger, now=now)

    outcomes = run_at_once(partial(decide, stranger), partial(decide, owner), deny)

    refusals = (services.PairingForAnotherAccount, services.PairingUnknown)
    assert (outcomes[0] in refusals, outcomes[1], outcomes[2] in refusals) == (True, None, True)
    assert services.redeem_pairing(device_code=started.device_code, now=now)[0].user == owner
