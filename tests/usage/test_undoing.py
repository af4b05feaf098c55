"""Withdrawals on record: undone within 30 days, final after that."""

from datetime import timedelta
from typing import Any

import pytest

from codextime.accounts.models import User
from codextime.usage import decisions, selectors
from codextime.usage.models import TOKEN_FIELDS, Call, Correction, WithdrawalRecord
from codextime.usage.services import rebuild_dirty_dates
from tests.usage.readings import NOW, assert_totals_are_exact, reading, store, stored_days
from tests.usage.withdrawals import withdraw_something, withdrawal

pytestmark = pytest.mark.django_db

KEPT = timedelta(days=30)
REASONS = ["copied_history", "forgotten"]


def undo(record: WithdrawalRecord, **later: float) -> None:
    decisions.undo_withdrawal(record=record, now=NOW + timedelta(**later))
    decisions.carry_out(user_id=record.user_id, now=NOW + timedelta(**later))


def counted(user: User) -> list[int]:
    return [call_id.int for call_id, _, withdrawn_at in listed(user) if withdrawn_at is None]


def listed(user: User) -> list[Any]:
    return selectors.list_calls(user=user, after=None, source_keys=[], limit=100)


def state_of(record: WithdrawalRecord) -> str:
    record.refresh_from_db()
    return record.state


def test_a_record_says_what_was_withdrawn(owner: User) -> None:
    record = withdraw_something(owner, 1, 2)

    assert (record.calls, record.tokens, record.reason, record.state) == (2, 2100, "copied_history", "withdrawn")
    assert record.first_on == record.last_on == reading().at.date()


@pytest.mark.parametrize("reason", REASONS)
def test_an_undone_withdrawal_leaves_calls_and_totals_as_they_were(owner: User, reason: str) -> None:
    store(owner, reading(1), reading(2, revision=1))
    rebuild_dirty_dates(user_id=owner.pk)
    before = stored_days(owner)
    figures = list(Call.objects.values_list("call_id", "at", "source", "model", "revision", *TOKEN_FIELDS))

    store(owner, withdrawals=[withdrawal(1, 511, reason), withdrawal(2, 511, reason)])
    record = WithdrawalRecord.objects.get()
    rebuild_dirty_dates(user_id=owner.pk)
    assert stored_days(owner) == {}
    undo(record)
    rebuild_dirty_dates(user_id=owner.pk)

    assert list(Call.objects.values_list("call_id", "at", "source", "model", "revision", *TOKEN_FIELDS)) == figures
    assert stored_days(owner) == before
    assert_totals_are_exact(owner)
    assert state_of(record) == "undone"


def test_an_undone_withdrawal_stands_in_the_ledger(owner: User) -> None:
    undo(withdraw_something(owner))

    lines = Correction.objects.order_by("pk").values_list("reason", "tokens_before", "tokens_after", "revision")
    assert list(lines) == [("copied_history", 1050, 0, 258), ("brought_back", 0, 1050, 257)]


@pytest.mark.parametrize(("revision", "is_withdrawn"), [(257, False), (258, False), (259, True)])
def test_a_kept_call_is_withdrawn_by_a_better_proof_only(owner: User, revision: int, is_withdrawn: bool) -> None:
    undo(withdraw_something(owner))

    store(owner, withdrawals=[withdrawal(1, revision)])

    assert (counted(owner) == []) == is_withdrawn


def test_a_kept_call_is_still_replaced_by_a_better_reading_and_listed_with_what_a_proof_needs(owner: User) -> None:
    undo(withdraw_something(owner))
    assert [revision for _, revision, _ in listed(owner)] == [259]

    store(owner, reading(1, revision=258, output_tokens=70))

    assert Call.objects.get().output_tokens == 70
    assert [revision for _, revision, _ in listed(owner)] == [259]


@pytest.mark.parametrize(("revision", "output_tokens"), [(257, 50), (258, 70), (259, 70)])
def test_a_call_comes_back_as_it_was_read_best_meanwhile(owner: User, revision: int, output_tokens: int) -> None:
    record = withdraw_something(owner)

    stored = store(owner, reading(1, revision=revision, output_tokens=70))

    assert stored.already_there == (0 if revision == 259 else 1)
    assert (counted(owner) == [1]) == (revision == 259)
    undo(record)
    assert Call.objects.get().output_tokens == output_tokens
    rebuild_dirty_dates(user_id=owner.pk)
    assert_totals_are_exact(owner)


def test_undoing_never_brings_back_fewer_tokens_than_were_withdrawn(owner: User) -> None:
    record = withdraw_something(owner)
    store(owner, reading(1, revision=258, output_tokens=40))

    undo(record)

    assert Call.objects.get().output_tokens == 50


def test_what_its_owner_kept_its_owner_may_take_back(owner: User) -> None:
    undo(withdraw_something(owner))
    record = withdraw_something(owner, reason="forgotten")
    assert counted(owner) == []

    undo(record)

    assert [revision for _, revision, _ in listed(owner)] == [259]
    withdraw_something(owner, reason="forgotten")
    assert counted(owner) == []


def test_only_the_withdrawal_that_took_a_call_brings_it_back(owner: User) -> None:
    first = withdraw_something(owner, 1, 2)
    store(owner, reading(1, revision=259))
    WithdrawalRecord.objects.update(made_at=NOW - timedelta(hours=2))
    store(owner, withdrawals=[withdrawal(1, 260, "duplicate")])

    undo(first)

    assert counted(owner) == [2]
    undo(WithdrawalRecord.objects.get(reason="duplicate"))
    assert counted(owner) == [1, 2]


def test_a_withdrawal_that_a_later_one_confirmed_can_be_undone_against_both(owner: User) -> None:
    record = withdraw_something(owner)
    store(owner, withdrawals=[withdrawal(1, 260)])

    undo(record)
    store(owner, withdrawals=[withdrawal(1, 260)])

    assert (counted(owner), Call.objects.get().revision) == ([1], 257)


def test_uploads_of_one_hour_are_one_record_for_each_reason(owner: User) -> None:
    withdraw_something(owner, 1)
    withdraw_something(owner, 2)
    withdraw_something(owner, 3, reason="forgotten")
    WithdrawalRecord.objects.update(made_at=NOW - timedelta(hours=1))
    withdraw_something(owner, 4)

    assert list(WithdrawalRecord.objects.order_by("pk").values_list("calls", flat=True)) == [2, 1, 1]


def test_more_than_one_transaction_takes_is_brought_back_whole(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decisions, "CALLS_PER_TRANSACTION", 2)
    record = withdraw_something(owner, 1, 2, 3, 4)
    decisions.undo_withdrawal(record=record, now=NOW)
    decisions.bring_some_back(record=record, now=NOW)  # and the worker dies
    assert (len(counted(owner)), state_of(record)) == (2, "undoing")

    assert decisions.sweep_decisions(now=NOW + timedelta(seconds=6)) == 1
    decisions.carry_out(user_id=owner.pk, now=NOW)
    decisions.carry_out(user_id=owner.pk, now=NOW)

    assert (counted(owner), state_of(record)) == ([1, 2, 3, 4], "undone")
    assert Correction.objects.filter(reason="brought_back").count() == 4


def test_undoing_twice_is_undoing_once(owner: User) -> None:
    record = withdraw_something(owner)

    undo(record)
    undo(record, seconds=1)

    assert Correction.objects.filter(reason="brought_back").count() == 1


@pytest.mark.parametrize("reason", REASONS)
def test_after_thirty_days_only_what_keeps_a_call_away_is_left(owner: User, reason: str) -> None:
    record = withdraw_something(owner, reason=reason)
    revision = Call.objects.get().revision

    assert decisions.forget_withdrawn(now=NOW + KEPT - timedelta(seconds=1)) == 0
    assert decisions.forget_withdrawn(now=NOW + KEPT) == 1

    tombstone = Call.objects.get()
    assert [getattr(tombstone, field) for field in TOKEN_FIELDS] == [0] * 5
    assert (tombstone.at, tombstone.model_id, tombstone.source_id, tombstone.revision) == (None, None, None, revision)
    assert state_of(record) == "final"
    assert Correction.objects.exists() == (reason != "forgotten")
    store(owner, reading(1, revision=revision))
    assert counted(owner) == []


def test_what_is_final_cannot_be_undone(owner: User) -> None:
    record = withdraw_something(owner)

    with pytest.raises(decisions.UndoTooLate):
        undo(record, days=30)
    decisions.forget_withdrawn(now=NOW + KEPT)
    with pytest.raises(decisions.UndoTooLate):
        undo(record)


def test_what_was_brought_back_is_not_forgotten(owner: User) -> None:
    undo(withdraw_something(owner))

    assert decisions.forget_withdrawn(now=NOW + 2 * KEPT) == 0
    assert counted(owner) == [1]
