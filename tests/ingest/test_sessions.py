"""Calls grouped by session: kept only while their owner wants it, and no part of what is counted."""

from datetime import datetime, timedelta

import pytest
from django.test import Client

from codextime.accounts.models import User
from codextime.accounts.services import start_session_grouping
from codextime.usage import decisions
from codextime.usage.models import Call, Correction, Thread, WithdrawalRecord
from codextime.usage.services import stop_session_grouping
from tests.ingest.uploads import call, envelope, post
from tests.tables import every_row

ONE, TWO, PARENT = "a" * 32, "b" * 32, "c" * 32


@pytest.fixture
def grouping(owner: User, now: datetime) -> User:
    start_session_grouping(user=owner, now=now)
    return owner


def threads(user: User) -> dict[int, str | None]:
    """Of each call that counts, by number: the key of its thread."""
    calls = Call.objects.filter(user=user, withdrawn_at=None).values_list("call_id", "thread__key")
    return {call_id.int: key and key.hex for call_id, key in calls}


def found_in_tables(*keys: str) -> list[tuple[str, str]]:
    rows = [(table, row.replace("-", "")) for table, row in every_row()]
    return [(table, key) for table, row in rows for key in keys if key in row]


def test_a_call_belongs_to_the_thread_that_its_upload_names(client: Client, grouping: User, token: str) -> None:
    post(client, token, envelope(grouping, call(1, thread=ONE), call(2, thread=TWO, parent_thread=PARENT), call(3)))

    assert threads(grouping) == {1: ONE, 2: TWO, 3: None}
    assert [t.parent_key and t.parent_key.hex for t in Thread.objects.order_by("key")] == [None, PARENT]


def test_without_the_owners_switch_the_call_is_stored_and_its_thread_is_nowhere(
    client: Client, owner: User, token: str
) -> None:
    answer = post(client, token, envelope(owner, call(1, thread=ONE, parent_thread=PARENT)))

    assert answer.json()["added"] == 1
    assert threads(owner) == {1: None}
    assert found_in_tables(ONE, PARENT) == []


def test_a_thread_can_be_added_later_and_changes_no_call(client: Client, grouping: User, token: str) -> None:
    post(client, token, envelope(grouping, call(1), call(2)))

    again = post(client, token, envelope(grouping, call(1, thread=ONE), call(2), upload=2)).json()

    assert (again["added"], again["replaced"], again["already_there"]) == (0, 0, 2)
    assert threads(grouping) == {1: ONE, 2: None}
    assert Correction.objects.count() == 0


def test_an_upload_that_says_nothing_of_threads_takes_none_away(client: Client, grouping: User, token: str) -> None:
    post(client, token, envelope(grouping, call(1, thread=ONE)))

    post(client, token, envelope(grouping, call(1, revision=258, output_tokens=200), upload=2))

    assert threads(grouping) == {1: ONE}


def test_a_parent_that_is_known_later_is_kept(client: Client, grouping: User, token: str) -> None:
    post(client, token, envelope(grouping, call(1, thread=ONE)))

    post(client, token, envelope(grouping, call(2, thread=ONE, parent_thread=PARENT), upload=2))

    [thread] = Thread.objects.all()
    assert thread.parent_key is not None
    assert thread.parent_key.hex == PARENT


def test_an_empty_thread_takes_the_call_out_and_the_last_one_deletes_the_thread(
    client: Client, grouping: User, token: str
) -> None:
    post(client, token, envelope(grouping, call(1, thread=ONE), call(2, thread=ONE), call(3, thread=TWO)))

    post(client, token, envelope(grouping, call(1, thread=""), call(3, thread=""), upload=2))

    assert threads(grouping) == {1: None, 2: ONE, 3: None}
    assert found_in_tables(TWO) == []


def test_switching_off_leaves_calls_without_threads_and_other_users_alone(
    client: Client, grouping: User, token: str, stranger: User, now: datetime
) -> None:
    post(client, token, envelope(grouping, call(1, thread=ONE, parent_thread=PARENT)))
    Thread.objects.create(user=stranger, key=TWO)

    stop_session_grouping(user=grouping)
    post(client, token, envelope(grouping, call(2, thread=ONE), upload=2))

    assert threads(grouping) == {1: None, 2: None}
    assert found_in_tables(ONE, PARENT) == []
    assert found_in_tables(TWO) == [("usage_thread", TWO)]


def take_back(client: Client, user: User, token: str, *uploads: int) -> WithdrawalRecord:
    """The first call, once in each upload."""
    for upload in uploads:
        gone = [{"id": f"{1:032x}", "revision": 511, "reason": "forgotten"}]
        post(client, token, envelope(user, upload=upload, withdrawals=gone))
    return WithdrawalRecord.objects.get(user=user)


def bring_back(record: WithdrawalRecord, now: datetime) -> None:
    decisions.undo_withdrawal(record=record, now=now)
    decisions.carry_out(user_id=record.user_id, now=now)


def test_a_call_comes_back_with_its_thread(client: Client, grouping: User, token: str, now: datetime) -> None:
    post(client, token, envelope(grouping, call(1, thread=ONE)))
    record = take_back(client, grouping, token, 2)
    assert threads(grouping) == {}

    bring_back(record, now)

    assert threads(grouping) == {1: ONE}


@pytest.mark.parametrize("is_off_there", [True, False], ids=["the account", "the machine"])
def test_a_call_comes_back_without_a_thread_if_sessions_were_switched_off_meanwhile(
    client: Client, grouping: User, token: str, now: datetime, is_off_there: bool
) -> None:
    post(client, token, envelope(grouping, call(1, thread=ONE)))
    record = take_back(client, grouping, token, 2)
    if is_off_there:
        stop_session_grouping(user=grouping)
    else:
        take_back(client, grouping, token, 3)  # a machine that is switched off sends all once more

    bring_back(record, now)

    assert threads(grouping) == {1: None}
    assert found_in_tables(ONE) == []


def test_what_is_final_belongs_to_no_thread(client: Client, grouping: User, token: str, now: datetime) -> None:
    post(client, token, envelope(grouping, call(1, thread=ONE)))
    take_back(client, grouping, token, 2)

    decisions.forget_withdrawn(now=now + timedelta(days=60))

    assert Call.objects.get(user=grouping).thread_id is None
    assert found_in_tables(ONE) == []


@pytest.mark.parametrize(
    "changes", [{"thread": "A" * 32}, {"thread": f"{ONE}\n"}, {"thread": 1}, {"parent_thread": ""}]
)
def test_what_is_no_key_costs_its_row(client: Client, grouping: User, token: str, changes: dict[str, object]) -> None:
    answer = post(client, token, envelope(grouping, call(1, **changes), call(2, thread=ONE))).json()

    assert [(row["index"], row["reason"], row["field"]) for row in answer["refused"]] == [(0, "invalid", *changes)]
    assert threads(grouping) == {2: ONE}


def test_a_tracker_learns_since_when_calls_are_grouped(client: Client, owner: User, token: str, now: datetime) -> None:
    def asked() -> str | None:
        answer = client.get("/api/v1/device", headers={"Authorization": f"Bearer {token}"}).json()
        since: str | None = answer["session_grouping_since"]
        return since

    assert asked() is None
    start_session_grouping(user=owner, now=now)
    assert asked() == now.isoformat().replace("+00:00", "Z")
    stop_session_grouping(user=owner)
    assert asked() is None
