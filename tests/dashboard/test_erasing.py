"""An account that is erased leaves nothing behind, whatever happens at that moment."""

import io
import itertools
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import partial
from threading import Event
from uuid import uuid4

import pytest
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import Client
from django.utils import timezone

from codextime.accounts.models import AccountErasure, User
from codextime.accounts.services import make_login_link
from codextime.boards.freed_handles import hash_skeleton
from codextime.boards.handles import make_skeleton
from codextime.boards.models import HeldDate, Listing
from codextime.boards.services import join_board
from codextime.boards.snapshots import take_snapshot
from codextime.dashboard.services import erase_account
from codextime.devices.services import (
    PairingExpired,
    approve_pairing,
    pair_own_device,
    redeem_pairing,
    start_pairing,
)
from codextime.ingest import limits
from codextime.lib.rate_limits import RateLimit
from codextime.usage.models import TOKEN_FIELDS, Day, ModelName, UsageErasure, WaitingReading, WithdrawalRecord
from codextime.usage.readings import Withdrawal
from codextime.usage.services import rebuild_dirty_dates
from tests.at_once import run_at_once, start, wait_until, waiting_backends
from tests.conftest import make_person
from tests.ingest.uploads import call, envelope, post
from tests.tables import every_row
from tests.usage.readings import NOW, reading, store

pytestmark = pytest.mark.django_db(transaction=True)

EMPTY = dict.fromkeys((*TOKEN_FIELDS, "revision"), 1)
USER_COLUMNS = ("user_id", "approver_id")
FREED, TOKENS = "boards_freedhandle", "ingest_erasedtoken"
# The state of the boards says how many there are and changes with everybody's scores; a freed handle and the hash of a
# token say nothing.
NOT_OF_ONE = ("boards_snapshot", "boards_rankmark", FREED, TOKENS)


@pytest.fixture
def owner(transactional_db: None) -> User:
    return make_person("owner")


@pytest.fixture
def token(owner: User, now: datetime) -> str:
    return pair_own_device(user=owner, name="Desk", now=now)[1]


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor() as threads:
        yield threads


def left_of(pk: int, *words: str) -> list[str]:
    """Rows that name the user by key or by one of the words."""
    return [
        f"{table}: {row}"
        for table, row in every_row()
        if any(json.loads(row).get(column) == pk for column in USER_COLUMNS) or any(word in row for word in words)
    ]


def use_everything(user: User) -> None:
    """Leaves something in every table that can hold something of a user."""
    _, token = pair_own_device(user=user, name="Desk", now=timezone.now())
    post(Client(), token, envelope(user, call(1), call(2), label="laptop"))
    store(user, reading(2, revision=300), withdrawals=[Withdrawal((1).to_bytes(16), 301, "duplicate")])
    rebuild_dirty_dates(user_id=user.pk)
    join_board(user=user, handle=user.email.partition("@")[0] + "-listed", now=NOW)
    HeldDate.objects.create(user=user, on=NOW.date(), reason="calls", finding="601", held_at=NOW)
    take_snapshot(now=NOW)
    store(user, reading(3))
    rebuild_dirty_dates(user_id=user.pk)
    store(user, reading(4))
    started = start_pairing(requested_user=user.public_id, now=timezone.now())
    approve_pairing(user_code=started.user_code, approver=user, name="Desk", now=timezone.now())
    store(user, reading(4, revision=258, input_tokens=900))
    hold = {"user": user, "call_id": uuid4(), "record": WithdrawalRecord.objects.filter(user=user).latest("pk")}
    WaitingReading.objects.create(**hold, at=NOW, model=ModelName.objects.latest("pk"), **EMPTY)
    UsageErasure.objects.create(user=user, erased_at=NOW - timedelta(days=99), is_done=True)
    AccountErasure.objects.create(user=user, asked_at=NOW, due_at=NOW)
    link = make_login_link(user=user, now=timezone.now())
    Client().post(link.removeprefix(settings.BASE_URL))
    SocialAccount.objects.create(user=user, provider="github", uid=user.public_id, extra_data={"name": user.email})
    Authenticator.objects.create(user=user, type="webauthn", data={"name": f"phone of {user.email}"})


@pytest.mark.usefixtures("transactional_db")
def test_everything_about_the_account_is_erased_and_nothing_of_others() -> None:
    use_everything(make_person("stranger"))
    take_snapshot(now=NOW)
    others = sorted(every_row())
    owner = make_person("owner")
    use_everything(owner)
    tables = {row.partition(":")[0] for row in left_of(owner.pk)}
    assert len(tables) >= 19
    number = Listing.objects.get(user=owner).number
    assert len(left_of(owner.pk, str(number))) > len(left_of(owner.pk))

    call_command("erase_account", "Owner@example.org", "--no-input", stdout=io.StringIO())

    assert left_of(owner.pk, owner.email, owner.public_id, "owner-listed", "ownerlisted", str(number)) == []
    assert sorted(row for row in every_row() if row[0] not in NOT_OF_ONE) == sorted(
        row for row in others if row[0] not in NOT_OF_ONE
    )
    [(_, freed)] = (row for row in every_row() if row[0] == FREED)
    assert {name: value for name, value in json.loads(freed).items() if name != "reserved_until"} == {
        "skeleton_hash": hash_skeleton(make_skeleton("owner-listed")),
        "user_id": None,
    }


def test_the_command_asks_first_and_knows_who_is_not_there(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("builtins.input", lambda _: "no")

    with pytest.raises(CommandError, match="Nothing was erased"):
        call_command("erase_account", owner.email)
    with pytest.raises(CommandError, match="Nobody has an account"):
        call_command("erase_account", "nobody@example.org")
    assert User.objects.get() == owner


def test_an_upload_under_way_is_waited_for_and_goes_too(owner: User, pool: ThreadPoolExecutor) -> None:
    pk = owner.pk
    with transaction.atomic():
        store(owner, reading(1))
        erasing = start(pool, partial(erase_account, user=User.objects.get(), now=NOW))
        wait_until(lambda: waiting_backends() == 1)

    erasing.result()
    assert left_of(pk) == []


def test_an_upload_that_comes_while_the_account_is_erased_is_told_so(
    client: Client, owner: User, token: str, pool: ThreadPoolExecutor
) -> None:
    pk, upload = owner.pk, envelope(owner, call(1))
    with transaction.atomic():
        erase_account(user=owner, now=NOW)
        uploading = start(pool, partial(post, Client(), token, upload))
        wait_until(lambda: waiting_backends() == 1)

    assert uploading.result().status_code == 401
    assert uploading.result().json()["code"] == "account_erased"
    assert left_of(pk) == []


def test_a_rebuild_under_way_is_waited_for_and_its_totals_go_too(owner: User, pool: ThreadPoolExecutor) -> None:
    pk = owner.pk
    store(owner, reading(1))
    rebuild_dirty_dates(user_id=pk)
    store(owner, reading(2))

    with transaction.atomic():  # a locked day holds the rebuild up in its middle
        list(Day.objects.select_for_update())
        rebuilding = start(pool, partial(rebuild_dirty_dates, user_id=pk))
        wait_until(lambda: waiting_backends() == 1)
        erasing = start(pool, partial(erase_account, user=owner, now=NOW))
        wait_until(lambda: waiting_backends() == 2)

    assert rebuilding.result() == 1
    erasing.result()
    assert left_of(pk) == []


def test_a_rebuild_that_comes_while_the_account_is_erased_finds_nothing_to_do(
    owner: User, pool: ThreadPoolExecutor
) -> None:
    pk = owner.pk
    store(owner, reading(1))

    with transaction.atomic():
        erase_account(user=owner, now=NOW)
        rebuilding = start(pool, partial(rebuild_dirty_dates, user_id=pk))
        wait_until(lambda: waiting_backends() == 1)

    assert rebuilding.result() == 0
    assert left_of(pk) == []


def test_a_pairing_that_is_redeemed_at_that_moment_leaves_no_machine(
    owner: User, pool: ThreadPoolExecutor, now: datetime
) -> None:
    pk = owner.pk
    started = start_pairing(requested_user=owner.public_id, now=now)
    approve_pairing(user_code=started.user_code, approver=owner, name="Desk", now=now)

    with transaction.atomic():
        redeem_pairing(device_code=started.device_code, now=now)
        erasing = start(pool, partial(erase_account, user=owner, now=NOW))
        wait_until(lambda: waiting_backends() == 1)

    erasing.result()
    assert left_of(pk) == []
    with pytest.raises(PairingExpired):
        redeem_pairing(device_code=started.device_code, now=now)


@pytest.mark.parametrize("_round", range(3))
def test_amid_uploads_and_rebuilds_nothing_is_left_and_nobody_gets_an_error(
    owner: User, token: str, monkeypatch: pytest.MonkeyPatch, _round: int
) -> None:
    for name in ("UPLOADS_OF_DEVICE", "UPLOADS_OF_USER"):  # a busy machine rebuilds late, and meanwhile many come
        monkeypatch.setattr(limits, name, RateLimit(name, amount=10**9, seconds=60))
    pk, erased, numbers, sender = owner.pk, Event(), itertools.count(1), User.objects.get()

    def send() -> int:
        number = next(numbers)
        calls = [call(number * 20 + place) for place in range(20)]
        return int(post(Client(), token, envelope(sender, *calls, upload=number)).status_code)

    def upload() -> set[int]:
        statuses = {send() for _ in range(3)}
        while not erased.is_set():
            statuses.add(send())
        return statuses | {send()}

    def rebuild() -> set[int]:
        while not erased.is_set():
            rebuild_dirty_dates(user_id=pk)
        return set()

    def erase() -> set[int]:
        try:
            wait_until(lambda: Day.objects.filter(user_id=pk).exists())
            erase_account(user=owner, now=NOW)
        finally:
            erased.set()
        return set()

    statuses = set.union(*run_at_once(upload, upload, rebuild, erase))

    assert statuses == {201, 401}
    assert left_of(pk) == []
