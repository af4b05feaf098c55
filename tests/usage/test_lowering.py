"""Replacements that leave a call less than it had: on record, undone within 30 days, and large ones wait."""

from datetime import timedelta

import pytest

from codextime.accounts.models import User
from codextime.usage import decisions, selectors
from codextime.usage.models import TOKEN_FIELDS, Call, Correction, FormerReading, WaitingReading, WithdrawalRecord
from codextime.usage.readings import NAME_HIDDEN, CallReading
from codextime.usage.services import StoredCounts, rebuild_dirty_dates
from tests.usage.readings import NOW, assert_totals_are_exact, reading, store
from tests.usage.withdrawals import withdrawal

pytestmark = pytest.mark.django_db

MANY = 400
NOTHING = dict.fromkeys(TOKEN_FIELDS, 0)
FIGURES = ("call_id", "at", "model", "source", "revision", *TOKEN_FIELDS)


@pytest.fixture
def account(owner: User) -> User:
    """Has 400 calls, of which more than 20 are a large part."""
    store(owner, *(reading(number) for number in range(1, MANY + 1)))
    rebuild_dirty_dates(user_id=owner.pk)
    return owner


def empty(number: int, revision: int = 511, **changes: object) -> CallReading:
    return reading(number, revision=revision, **(NOTHING | changes))


def lower(user: User, *numbers: int, revision: int = 511) -> StoredCounts:
    return store(user, *(empty(number, revision) for number in numbers))


def decide(record: WithdrawalRecord, *, is_approved: bool) -> None:
    (decisions.approve_withdrawal if is_approved else decisions.decline_withdrawal)(record=record, now=NOW)
    carry_out(record)


def undo(record: WithdrawalRecord) -> None:
    decisions.undo_withdrawal(record=record, now=NOW)
    carry_out(record)


def carry_out(record: WithdrawalRecord) -> None:
    decisions.carry_out(user_id=record.user_id, now=NOW)
    record.refresh_from_db()


def tokens_of(user: User) -> int:
    """What counts, by the totals; which equal the calls."""
    rebuild_dirty_dates(user_id=user.pk)
    assert_totals_are_exact(user)
    calls = Call.objects.filter(user=user, withdrawn_at=None)
    return sum(call.input_tokens + call.output_tokens for call in calls)


@pytest.mark.parametrize(("calls", "waits"), [(100, False), (101, True)])
def test_more_than_a_hundred_calls_and_a_twentieth_wait(account: User, calls: int, waits: bool) -> None:
    counts = lower(account, *range(1, calls + 1))

    replaced, waiting = (0, calls) if waits else (calls, 0)
    assert (counts.replaced, counts.already_there, counts.replacements_waiting) == (replaced, waiting, waiting)
    assert tokens_of(account) == (MANY - replaced) * 1050
    record = WithdrawalRecord.objects.get()
    assert (record.calls, record.tokens, record.reason, record.is_replacement) == (calls, calls * 1050, "recounted", 1)


def test_pieces_add_up_with_each_other_and_with_withdrawals(account: User) -> None:
    assert lower(account, *range(1, 51)).replaced == 50
    store(account, withdrawals=[withdrawal(number) for number in range(51, 91)])

    assert lower(account, *range(91, 102)).replacements_waiting == 11


def test_a_replacement_that_takes_nothing_away_is_not_held_up(account: User) -> None:
    counts = store(account, *(reading(number, revision=258, output_tokens=70) for number in range(1, MANY + 1)))

    assert (counts.replaced, counts.replacements_waiting) == (MANY, 0)
    assert not WithdrawalRecord.objects.exists()


def test_an_undone_replacement_leaves_calls_and_totals_as_they_were(account: User) -> None:
    before = list(Call.objects.order_by("call_id").values_list(*FIGURES))
    lower(account, 1, 2)
    assert tokens_of(account) == (MANY - 2) * 1050

    undo(WithdrawalRecord.objects.get())

    assert tokens_of(account) == MANY * 1050
    assert list(Call.objects.order_by("call_id").values_list(*FIGURES)) == before
    lines = Correction.objects.order_by("pk").values_list("reason", "tokens_before", "tokens_after", "revision")
    assert set(lines) == {("recounted", 1050, 0, 511), ("brought_back", 0, 1050, 257)}
    assert not FormerReading.objects.exists()


def test_an_undone_replacement_is_not_heard_again_but_a_better_reading_is(account: User) -> None:
    lower(account, 1, revision=258)
    undo(WithdrawalRecord.objects.get())

    assert lower(account, 1, revision=258).replaced == 0
    assert tokens_of(account) == MANY * 1050
    assert store(account, reading(1, revision=258, output_tokens=70)).replaced == 1
    assert lower(account, 1, revision=259).replaced == 1


def test_many_small_steps_take_away_no_more_than_one(account: User) -> None:
    for step in range(1, 30):
        store(account, reading(1, revision=257 + step, input_tokens=1000 - step))
    WithdrawalRecord.objects.update(made_at=NOW - timedelta(hours=2))
    lower(account, 1)

    undo(WithdrawalRecord.objects.latest("pk"))

    assert tokens_of(account) == MANY * 1050


@pytest.mark.parametrize("is_approved", [True, False])
def test_what_waits_is_decided_in_the_browser_and_what_was_approved_can_be_undone(
    account: User, is_approved: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decisions, "CALLS_PER_TRANSACTION", 70)
    lower(account, *range(1, 201))
    record = WithdrawalRecord.objects.get()

    decide(record, is_approved=is_approved)

    assert (record.state, record.calls) == ("withdrawn" if is_approved else "declined", 200)
    assert tokens_of(account) == (MANY - 200 * is_approved) * 1050
    assert not WaitingReading.objects.exists()
    assert lower(account, *range(1, 201)).replaced == 0
    if is_approved:
        assert record.tokens == 200 * 1050
        undo(record)
    assert tokens_of(account) == MANY * 1050


def test_what_waits_goes_in_no_smaller_piece_either(account: User) -> None:
    lower(account, *range(1, 301))
    store(account, *(reading(number) for number in range(1000, 9000)))
    rebuild_dirty_dates(user_id=account.pk)  # of which 300 are no large part any more

    counts = lower(account, 1, 2, 3)

    assert (counts.replaced, counts.replacements_waiting) == (0, 3)
    assert WithdrawalRecord.objects.get().calls == 300


def test_a_better_reading_that_comes_while_a_lower_one_waits_holds(account: User) -> None:
    lower(account, *range(1, 301), revision=258)
    store(account, reading(1, revision=259, output_tokens=70))
    record = WithdrawalRecord.objects.get()

    decide(record, is_approved=True)

    assert record.calls == 299
    assert tokens_of(account) == (MANY - 300) * 1050 + 1070


def test_a_call_that_is_withdrawn_after_it_was_lowered_comes_back_step_by_step(account: User) -> None:
    lower(account, 1, revision=258)
    store(account, withdrawals=[withdrawal(1, 511)])
    lowered, withdrawn = WithdrawalRecord.objects.order_by("pk")

    undo(lowered)
    store(account, reading(1, revision=400))
    assert tokens_of(account) == (MANY - 1) * 1050
    undo(withdrawn)

    assert tokens_of(account) == MANY * 1050
    assert Call.objects.get(call_id=f"{1:032x}").revision == 400  # as it was read best meanwhile


def test_what_was_withdrawn_cannot_be_destroyed_by_a_better_reading_of_nothing(account: User) -> None:
    store(account, withdrawals=[withdrawal(1, 258)])
    lower(account, 1)

    undo(WithdrawalRecord.objects.get(is_replacement=True))

    assert tokens_of(account) == MANY * 1050


def test_after_thirty_days_what_calls_said_before_is_forgotten(account: User) -> None:
    lower(account, 1, 2)
    record = WithdrawalRecord.objects.get()

    assert decisions.forget_withdrawn(now=NOW + timedelta(days=30)) == 2

    record.refresh_from_db()
    assert (record.state, FormerReading.objects.count()) == ("final", 0)
    with pytest.raises(decisions.UndoTooLate):
        undo(record)


def test_of_a_call_that_is_forgotten_for_good_no_former_reading_is_left(account: User) -> None:
    lower(account, 1, revision=258)
    store(account, withdrawals=[withdrawal(1, 511, "forgotten")])
    WithdrawalRecord.objects.filter(is_replacement=False).update(changed_at=NOW - timedelta(days=30))

    decisions.forget_withdrawn(now=NOW)

    assert not FormerReading.objects.exists()


def test_a_name_that_its_owner_hides_is_hidden_whatever_becomes_of_the_figures(account: User) -> None:
    lower(account, 1, revision=258)
    hidden = [empty(number, 300, model="custom", reason=NAME_HIDDEN) for number in range(1, 302)]
    store(account, reading(7777, model="custom"))

    assert store(account, *hidden).replacements_waiting == 300

    names = {"gpt-5.1-codex"}
    assert set(Call.objects.filter(call_id__lte=f"{301:032x}").values_list("model__name", flat=True)) == {"custom"}
    assert not names & set(FormerReading.objects.values_list("model__name", flat=True))
    assert tokens_of(account) == MANY * 1050  # 399 old ones and a new one


def test_a_name_that_is_hidden_with_lower_figures_does_not_come_back_with_the_former_ones(account: User) -> None:
    store(account, reading(7777, model="custom"))
    store(account, empty(1, 300, model="custom", reason=NAME_HIDDEN))

    undo(WithdrawalRecord.objects.get())

    assert Call.objects.get(call_id=f"{1:032x}").model.name == "custom"
    assert tokens_of(account) == (MANY + 1) * 1050


def test_the_list_of_calls_says_what_the_next_reading_needs(account: User) -> None:
    lower(account, 1, revision=300)
    undo(WithdrawalRecord.objects.get())

    [(_, revision, _)] = selectors.list_calls(user=account, after=None, source_keys=[], limit=1)

    assert revision == 301
