"""Large withdrawals wait for their owner, in whatever pieces they are asked for."""

from datetime import timedelta

import pytest

from codextime.accounts.models import User
from codextime.usage import decisions, recording
from codextime.usage.models import Call, Correction, WaitingCall, WithdrawalRecord
from codextime.usage.services import StoredCounts, rebuild_dirty_dates
from tests.usage.readings import NOW, assert_totals_are_exact, reading, store
from tests.usage.withdrawals import withdrawal

pytestmark = pytest.mark.django_db

MANY = 400


@pytest.fixture
def account(owner: User) -> User:
    """Has 400 calls, of which more than 20 are a large part."""
    store(owner, *(reading(number) for number in range(1, MANY + 1)))
    rebuild_dirty_dates(user_id=owner.pk)
    return owner


def ask(user: User, *numbers: int, revision: int = 511, reason: str = "forgotten", source: int = 1) -> StoredCounts:
    return store(user, withdrawals=[withdrawal(number, revision, reason) for number in numbers], source=source)


def counted(user: User) -> int:
    return Call.objects.filter(user=user, withdrawn_at=None).count()


def decide(record: WithdrawalRecord, *, is_approved: bool) -> None:
    (decisions.approve_withdrawal if is_approved else decisions.decline_withdrawal)(record=record, now=NOW)
    decisions.carry_out(user_id=record.user_id, now=NOW)
    record.refresh_from_db()


@pytest.mark.parametrize(("calls", "waits"), [(100, False), (101, True)])
def test_more_than_a_hundred_calls_and_a_twentieth_wait(account: User, calls: int, waits: bool) -> None:
    counts = ask(account, *range(1, calls + 1))

    assert (counts.withdrawn, counts.waiting) == ((0, calls) if waits else (calls, 0))
    assert counted(account) == (MANY if waits else MANY - calls)
    rebuild_dirty_dates(user_id=account.pk)
    assert_totals_are_exact(account)


@pytest.mark.parametrize(("tokens", "waits"), [(1000, False), (1_000_000, True)])
def test_a_small_part_of_an_account_waits_if_it_holds_much_of_the_tokens(owner: User, tokens: int, waits: bool) -> None:
    store(owner, *(reading(number, input_tokens=tokens) for number in range(1, 102)))
    store(owner, *(reading(number) for number in range(102, 2200)))
    rebuild_dirty_dates(user_id=owner.pk)

    assert ask(owner, *range(1, 102)).waiting == (101 if waits else 0)


def test_of_an_account_of_any_size_a_thousand_calls_wait(account: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recording, "LARGEST_SHARE", 0)
    monkeypatch.setattr(recording, "MANY_CALLS", 150)

    assert ask(account, *range(1, 151)).withdrawn == 150
    assert ask(account, 151).waiting == 1


def test_small_pieces_add_up_over_as_long_as_they_can_be_undone(account: User) -> None:
    assert ask(account, *range(1, 61)).withdrawn == 60
    assert ask(account, *range(61, 102), source=2).waiting == 41

    WithdrawalRecord.objects.filter(state="withdrawn").update(changed_at=NOW - timedelta(days=30))
    assert ask(account, *range(102, 150)).withdrawn == 48  # beside the 41 that wait
    assert ask(account, *range(150, 162)).waiting == 12


def test_what_waits_goes_in_no_smaller_piece_either(account: User) -> None:
    ask(account, *range(1, 301))
    store(account, *(reading(number) for number in range(1000, 9000)))
    rebuild_dirty_dates(user_id=account.pk)  # of which 300 are no large part any more

    counts = ask(account, 1, 2, 3)

    assert (counts.withdrawn, counts.waiting) == (0, 3)
    assert WithdrawalRecord.objects.get().calls == 300


def test_an_approved_withdrawal_is_one_and_can_be_undone(account: User) -> None:
    ask(account, *range(1, 301))
    record = WithdrawalRecord.objects.get()
    assert (record.state, record.calls, record.tokens) == ("waiting", 300, 300 * 1050)

    decide(record, is_approved=True)

    assert (record.state, record.calls, record.tokens, counted(account)) == ("withdrawn", 300, 300 * 1050, MANY - 300)
    assert Correction.objects.filter(reason="forgotten").count() == 300
    decisions.undo_withdrawal(record=record, now=NOW)
    decisions.carry_out(user_id=account.pk, now=NOW)
    assert counted(account) == MANY
    rebuild_dirty_dates(user_id=account.pk)
    assert_totals_are_exact(account)


def test_what_the_owner_approved_is_not_added_to_what_is_asked_later(account: User) -> None:
    ask(account, *range(1, 301))
    decide(WithdrawalRecord.objects.get(), is_approved=True)

    assert ask(account, 301).withdrawn == 1


@pytest.mark.parametrize("reason", ["forgotten", "copied_history"])
def test_a_declined_withdrawal_changes_nothing_and_the_same_proof_is_not_heard_again(
    account: User, reason: str
) -> None:
    ask(account, *range(1, 301), revision=300, reason=reason)
    record = WithdrawalRecord.objects.get()

    decide(record, is_approved=False)

    assert (record.state, counted(account), Correction.objects.count()) == ("declined", MANY, 0)
    assert not WaitingCall.objects.exists()
    again = ask(account, *range(1, 301), revision=300, reason=reason)
    assert (again.withdrawn, again.waiting) == (0, 300 if reason == "forgotten" else 0)


def test_a_better_reading_that_comes_while_a_proof_waits_holds(account: User) -> None:
    ask(account, *range(1, 301), revision=258, reason="copied_history")
    store(account, reading(1, revision=259))
    record = WithdrawalRecord.objects.get()

    decide(record, is_approved=True)

    assert (record.calls, counted(account)) == (299, MANY - 299)
    assert Call.objects.filter(revision=259, withdrawn_at=None).count() == 1


@pytest.mark.parametrize("is_approved", [True, False])
def test_a_decision_is_made_once(account: User, is_approved: bool) -> None:
    ask(account, *range(1, 301))
    record = WithdrawalRecord.objects.get()
    decide(record, is_approved=is_approved)
    decide(record, is_approved=is_approved)

    with pytest.raises(decisions.DecidedOtherwise):
        decide(record, is_approved=not is_approved)
    assert counted(account) == (MANY - 300 if is_approved else MANY)


@pytest.mark.parametrize("is_approved", [True, False])
def test_a_worker_that_dies_is_followed_by_another(
    account: User, is_approved: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decisions, "CALLS_PER_TRANSACTION", 100)
    ask(account, *range(1, 301))
    record = WithdrawalRecord.objects.get()
    (decisions.approve_withdrawal if is_approved else decisions.decline_withdrawal)(record=record, now=NOW)
    (decisions.withdraw_some if is_approved else decisions.keep_some)(record=record, now=NOW)

    assert decisions.sweep_decisions(now=NOW + timedelta(seconds=6)) == 1
    decisions.carry_out(user_id=account.pk, now=NOW)

    record.refresh_from_db()
    assert (record.state, record.calls) == ("withdrawn" if is_approved else "declined", 300)
    assert counted(account) == (MANY - 300 if is_approved else MANY)


def test_of_calls_that_never_came_tombstones_are_kept_at_once(account: User) -> None:
    counts = ask(account, *range(1, 301), 7777)

    assert counts.waiting == 300
    assert Call.objects.get(at=None).withdrawn_at is not None
