"""Decisions, uploads and workers at the same moment, on real connections: one outcome, no deadlock."""

from datetime import timedelta
from functools import partial

import pytest

from codextime.accounts.models import User
from codextime.usage import decisions
from codextime.usage.models import Call, Correction, WaitingCall, WithdrawalRecord
from codextime.usage.services import rebuild_dirty_dates
from tests.at_once import run_at_once
from tests.usage.readings import NOW, assert_totals_are_exact, reading, store
from tests.usage.withdrawals import withdraw_something, withdrawal

pytestmark = pytest.mark.django_db(transaction=True)

CALLS = range(1, 301)


@pytest.fixture
def owner(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> User:
    monkeypatch.setattr(decisions, "CALLS_PER_TRANSACTION", 50)
    return User.objects.create_user("owner@example.org")


def counted() -> int:
    return Call.objects.filter(withdrawn_at=None).count()


def of_record(record: WithdrawalRecord) -> WithdrawalRecord:
    """As another request has it."""
    return WithdrawalRecord.objects.get(pk=record.pk)


def test_two_workers_bring_back_each_call_once_while_uploads_go_on(owner: User) -> None:
    record = withdraw_something(owner, *range(1, 101))
    decisions.undo_withdrawal(record=record, now=NOW)
    work = partial(decisions.carry_out, user_id=owner.pk, now=NOW)

    run_at_once(work, work, partial(store, owner, *map(reading, CALLS)), partial(rebuild_dirty_dates, user_id=owner.pk))

    assert (counted(), Correction.objects.filter(reason="brought_back").count()) == (300, 100)
    rebuild_dirty_dates(user_id=owner.pk)
    assert_totals_are_exact(owner)


def test_of_two_opposite_decisions_at_once_one_holds(owner: User) -> None:
    record = withdraw_something(owner, *CALLS, reason="forgotten")

    def decide(decision: str) -> bool:
        try:
            getattr(decisions, f"{decision}_withdrawal")(record=of_record(record), now=NOW)
        except decisions.DecidedOtherwise:
            return False
        return True

    outcomes = run_at_once(partial(decide, "approve"), partial(decide, "decline"))
    decisions.carry_out(user_id=owner.pk, now=NOW)

    assert sorted(outcomes) == [False, True]
    assert counted() == (0 if outcomes[0] else 300)
    assert not WaitingCall.objects.exists()


def test_the_same_question_from_two_machines_at_once_is_one(owner: User) -> None:
    store(owner, *map(reading, CALLS))
    asked = [withdrawal(number, 511, "forgotten") for number in CALLS]

    counts = run_at_once(*(partial(store, owner, source=source, withdrawals=asked) for source in (1, 2)))

    assert [count.waiting for count in counts] == [300, 300]
    assert WithdrawalRecord.objects.get().calls == WaitingCall.objects.count() == counted() == 300


def test_at_the_end_of_the_thirty_days_a_call_comes_back_whole_or_is_forgotten(owner: User) -> None:
    record = withdraw_something(owner, *range(1, 101))
    end = NOW + timedelta(days=30)
    soon = end - timedelta(seconds=1)

    def undo() -> None:
        decisions.undo_withdrawal(record=of_record(record), now=soon)
        decisions.carry_out(user_id=owner.pk, now=soon)

    def forget() -> None:
        decisions.forget_withdrawn(now=end)

    try:
        run_at_once(undo, forget)
    except decisions.UndoTooLate:
        assert (counted(), Call.objects.filter(at=None).count()) == (0, 100)
    else:
        assert (counted(), Call.objects.filter(at=None).count()) == (100, 0)
