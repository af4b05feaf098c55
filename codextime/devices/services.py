"""Pairing a machine by RFC 8628, and what its upload token opens.

A pairing is one row, and every step that decides something holds that row's lock: an approval and a poll at the same
moment happen one after the other, so a token is given once and none is lost.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from codextime.accounts.models import User
from codextime.accounts.services import hold_staying_user, start_session_grouping
from codextime.devices import codes
from codextime.devices.models import Device, Pairing
from codextime.lib.hashing import hash_secret

PAIRING_LIFETIME = timedelta(minutes=10)
POLL_INTERVAL = 5  # seconds
SLOW_DOWN_BY = 5  # seconds; RFC 8628, section 3.5
SLOWEST_INTERVAL = 600  # seconds: the whole life of a pairing
EARLY_POLL_GRACE = timedelta(seconds=1)  # a punctual poll may arrive a little early: networks jitter
FORGET_PAIRINGS_AFTER = timedelta(days=1)
LAST_USED_STEP = timedelta(minutes=1)  # `last_used_at` is for people; a write for each upload would serve nobody


class PairingUnknown(LookupError):
    """No pairing waits behind this code: mistyped, expired, decided or used already."""


class PairingForAnotherAccount(Exception):
    """The command names another account than the one that is signed in."""


class AuthorizationPending(Exception):
    """The owner has not decided yet."""


class PolledTooFast(Exception):
    """The tracker polled before its interval was over; it must wait five seconds longer from now on."""


class PairingDenied(Exception):
    """The owner said no."""


class PairingExpired(Exception):
    """The device code is unknown, too old or used up."""


class DeviceUnknown(LookupError):
    """No machine has this upload token."""


class DeviceRevoked(Exception):
    """The machine had this upload token until its owner revoked it."""


@dataclass(frozen=True)
class StartedPairing:
    """The two secrets of a new pairing, which nothing can show again: only their hashes are stored."""

    device_code: str
    user_code: str
    expires_in: int  # seconds
    interval: int  # seconds


def start_pairing(*, requested_user: str, now: datetime, wants_session_grouping: bool = False) -> StartedPairing:
    """Begins the flow for the account with this public id. An id that nobody has is treated the same (it can never be
    approved), so that the answer tells nothing about who has an account. `wants_session_grouping`: the machine would
    group calls by session, if the owner lets it."""
    device_code, user_code = codes.new_device_code(), codes.new_user_code()
    Pairing.objects.create(
        device_code_hash=hash_secret(device_code),
        user_code_hash=codes.hash_user_code(user_code),
        requested_user=requested_user,
        wants_session_grouping=wants_session_grouping,
        created_at=now,
        expires_at=now + PAIRING_LIFETIME,
        interval=POLL_INTERVAL,
    )
    return StartedPairing(
        device_code=device_code,
        user_code=codes.show_user_code(user_code),
        expires_in=int(PAIRING_LIFETIME.total_seconds()),
        interval=POLL_INTERVAL,
    )


@transaction.atomic
def approve_pairing(
    *, user_code: str, approver: User, name: str, now: datetime, groups_by_session: bool = False
) -> None:
    """Lets the machine behind the code have an upload token of `approver`; it gets it with its next poll.

    `groups_by_session` also lets calls be grouped by session, if that is what the machine asked for; without it, what
    the account has chosen stays. Raises `PairingUnknown`, `PairingForAnotherAccount` and `AccountBeingErased`.
    """
    pairing = lock_open_pairing(user_code=user_code, decider=approver, now=now)
    hold_staying_user(user_id=approver.pk)
    pairing.approver, pairing.approved_at, pairing.device_name = approver, now, name
    pairing.save(update_fields=["approver", "approved_at", "device_name"])
    if groups_by_session and pairing.wants_session_grouping:
        start_session_grouping(user=approver, now=now)


@transaction.atomic
def deny_pairing(*, user_code: str, denier: User, now: datetime) -> None:
    """Refuses the machine behind the code. Raises `PairingUnknown` and `PairingForAnotherAccount`."""
    pairing = lock_open_pairing(user_code=user_code, decider=denier, now=now)
    pairing.denied_at = now
    pairing.save(update_fields=["denied_at"])


def lock_open_pairing(*, user_code: str, decider: User, now: datetime) -> Pairing:
    found = Pairing.objects.select_for_update().filter(user_code_hash=codes.hash_user_code(user_code)).first()
    if found is None or not found.is_open(now):
        raise PairingUnknown
    if found.requested_user != decider.public_id:
        raise PairingForAnotherAccount
    return found


def redeem_pairing(*, device_code: str, now: datetime) -> tuple[Device, str]:
    """The new machine and its upload token, once; a poll of the tracker (RFC 8628, section 3.4).

    Raises `PairingExpired`, `PairingDenied`, `AuthorizationPending`, `PolledTooFast` and `AccountBeingErased`.
    """
    with transaction.atomic():
        pairing = Pairing.objects.select_for_update().filter(device_code_hash=hash_secret(device_code)).first()
        if pairing is None or pairing.used_at or now >= pairing.expires_at:
            raise PairingExpired
        if pairing.denied_at:
            raise PairingDenied
        if pairing.approver:
            hold_staying_user(user_id=pairing.approver.pk)
            pairing.used_at = now
            pairing.save(update_fields=["used_at"])
            return create_device(user=pairing.approver, name=pairing.device_name, now=now)
        is_too_fast = record_poll(pairing=pairing, now=now)
    # Raised out here, so that the record of the poll is committed.
    if is_too_fast:
        raise PolledTooFast
    raise AuthorizationPending


def record_poll(*, pairing: Pairing, now: datetime) -> bool:
    """Notes the poll; true if it came before the interval was over, which from then on is longer."""
    due_at = pairing.last_polled_at and pairing.last_polled_at + timedelta(seconds=pairing.interval) - EARLY_POLL_GRACE
    is_too_fast = due_at is not None and now < due_at
    if is_too_fast:
        pairing.interval = min(pairing.interval + SLOW_DOWN_BY, SLOWEST_INTERVAL)
    pairing.last_polled_at = now
    pairing.save(update_fields=["interval", "last_polled_at"])
    return is_too_fast


def create_device(*, user: User, name: str, now: datetime) -> tuple[Device, str]:
    token = codes.new_upload_token()
    device = Device.objects.create(
        user=user, name=name, token_hash=hash_secret(token), token_hint=token[-4:], created_at=now
    )
    return device, token


@transaction.atomic
def pair_own_device(*, user: User, name: str, now: datetime) -> tuple[Device, str]:
    """A machine and its upload token without the browser, for `codextime up`, whose operator owns the database. Raises
    `AccountBeingErased`."""
    hold_staying_user(user_id=user.pk)
    return create_device(user=user, name=name, now=now)


def authenticate_device(*, token: str, now: datetime) -> Device:
    """The machine that holds `token`, with its user. Raises `DeviceUnknown` and `DeviceRevoked`."""
    device = Device.objects.select_related("user").filter(token_hash=hash_secret(token)).first()
    if device is None or not (device.user.is_active or device.user.is_machine):
        raise DeviceUnknown
    if device.revoked_at:
        raise DeviceRevoked
    if device.last_used_at is None or device.last_used_at <= now - LAST_USED_STEP:
        device.last_used_at = now
        Device.objects.filter(pk=device.pk).update(last_used_at=now)  # no `save`: the account may go in this moment
    return device


def rename_device(*, device: Device, name: str) -> None:
    device.name = name
    device.save(update_fields=["name"])


def revoke_device(*, device: Device, now: datetime) -> None:
    """Takes the token's rights away for good; what the machine uploaded stays. Again changes nothing."""
    Device.objects.filter(pk=device.pk, revoked_at=None).update(revoked_at=now)


def revoke_all_devices(*, user: User, now: datetime) -> None:
    Device.objects.filter(user=user, revoked_at=None).update(revoked_at=now)


def forget_pairings_for(*, user: User) -> None:
    """Deletes what asked to be paired with an account that is being erased."""
    Pairing.objects.filter(requested_user=user.public_id).delete()


def forget_pairings(*, now: datetime) -> None:
    """Deletes pairings a day after their codes stopped working; the machines that they paired stay."""
    Pairing.objects.filter(expires_at__lt=now - FORGET_PAIRINGS_AFTER).delete()
