"""What becomes of a call that is sent again, and what its owner can read about it."""

from typing import Any

import pytest

from codextime.accounts.models import User
from codextime.usage import selectors
from codextime.usage.models import Call
from codextime.usage.readings import Withdrawal
from codextime.usage.services import StoredCounts, rebuild_dirty_dates
from tests.usage.readings import NOW, assert_totals_are_exact, reading, store

pytestmark = pytest.mark.django_db

ID = (1).to_bytes(16, "big")


def ledger(user: User) -> list[tuple[str, int, int, int]]:
    """Oldest first: reason, tokens before, tokens after, revision."""
    lines = reversed(selectors.corrections(user=user))
    return [(line.reason, line.tokens_before, line.tokens_after, line.revision) for line in lines]


def test_a_replaced_call_stands_in_the_ledger_with_its_reason(owner: User) -> None:
    store(owner, reading(1))

    counts = store(owner, reading(1, output_tokens=70, revision=258, reason="completed", model="gpt-5"))

    assert counts == StoredCounts(added=0, replaced=1, already_there=0, withdrawn=0)
    assert ledger(owner) == [("completed", 1050, 1070, 258)]
    line = selectors.corrections(user=owner).get()
    assert (line.model.name, line.at, line.made_at) == ("gpt-5.1-codex", reading().at, NOW)


def test_a_better_reading_that_finds_the_same_is_no_correction(owner: User) -> None:
    store(owner, reading(1, revision=1))

    store(owner, reading(1, revision=257))

    assert Call.objects.get().revision == 257
    assert ledger(owner) == []


@pytest.mark.parametrize("change", [{"input_tokens": 999}, {"cached_input_tokens": 0}, {"model": "gpt-5"}])
def test_a_replacement_without_a_reason_was_recounted(owner: User, change: dict[str, Any]) -> None:
    store(owner, reading(1))

    store(owner, reading(1, revision=258, **change))

    assert [line[0] for line in ledger(owner)] == ["recounted"]


def test_an_estimate_never_replaces_an_exact_reading(owner: User) -> None:
    store(owner, reading(1, revision=256))

    counts = store(owner, reading(1, input_tokens=9999, revision=255))

    assert (counts.replaced, counts.already_there) == (0, 1)
    assert Call.objects.get().input_tokens == 1000


def test_a_withdrawal_and_a_return_both_stand_in_the_ledger(owner: User) -> None:
    store(owner, reading(1))
    store(owner, withdrawals=[Withdrawal(ID, 257, "copied_history")])

    store(owner, reading(1, revision=258))

    assert ledger(owner) == [("copied_history", 1050, 0, 257), ("recounted", 0, 1050, 258)]
    assert Call.objects.get().withdrawn_at is None


@pytest.mark.parametrize(("revision", "is_withdrawn"), [(256, False), (257, True), (258, True)])
def test_a_withdrawal_needs_a_reading_as_good_as_the_stored_one(owner: User, revision: int, is_withdrawn: bool) -> None:
    store(owner, reading(1))

    counts = store(owner, withdrawals=[Withdrawal(ID, revision, "duplicate")])

    assert counts.withdrawn == is_withdrawn
    assert (Call.objects.get().withdrawn_at is not None) == is_withdrawn


def test_a_call_is_withdrawn_once(owner: User) -> None:
    store(owner, reading(1))
    store(owner, withdrawals=[Withdrawal(ID, 257, "duplicate")])

    counts = store(owner, withdrawals=[Withdrawal(ID, 258, "impossible")])

    assert counts.withdrawn == 0
    assert ledger(owner) == [("duplicate", 1050, 0, 257)]
    store(owner, reading(1, revision=258))
    assert Call.objects.get().withdrawn_at is not None


def test_of_several_readings_in_one_upload_the_best_counts(owner: User) -> None:
    better, worse = reading(1, input_tokens=5000, revision=258), reading(1, revision=257)

    counts = store(owner, worse, better, worse, reading(2))

    assert counts == StoredCounts(added=2, replaced=0, already_there=2, withdrawn=0)
    assert Call.objects.get(call_id="00000000-0000-0000-0000-000000000001").input_tokens == 5000
    assert ledger(owner) == []


def test_a_call_may_be_stored_and_withdrawn_by_one_upload(owner: User) -> None:
    counts = store(owner, reading(1), withdrawals=[Withdrawal(ID, 257, "duplicate")])

    assert (counts.added, counts.withdrawn) == (1, 1)
    assert Call.objects.get().withdrawn_at is not None


@pytest.mark.parametrize(("revision", "counts"), [(1, False), (257, False), (258, True)])
def test_a_withdrawal_that_comes_before_its_call_holds_it_back(owner: User, revision: int, counts: bool) -> None:
    first = store(owner, withdrawals=[Withdrawal(ID, 257, "copied_history")])

    store(owner, reading(1, revision=revision), source=2)

    assert first.withdrawn == 0
    assert (Call.objects.get().withdrawn_at is None) == counts
    rebuild_dirty_dates(user_id=owner.pk)
    assert_totals_are_exact(owner)
    assert ledger(owner) == []  # no total of the owner's was ever another


def test_of_two_withdrawals_that_come_before_their_call_the_better_one_holds(owner: User) -> None:
    for revision in (257, 259, 258):
        store(owner, withdrawals=[Withdrawal(ID, revision, "copied_history")])

    store(owner, reading(1, revision=259))

    assert (Call.objects.get().withdrawn_at is not None, Call.objects.get().revision) == (True, 259)


def test_a_call_whose_withdrawal_came_first_belongs_to_the_source_that_brings_it(owner: User) -> None:
    store(owner, withdrawals=[Withdrawal(ID, 257, "copied_history")], source=1)

    store(owner, reading(1, revision=258), source=2)

    stored = Call.objects.select_related("source", "model").get()
    assert (stored.source and stored.source.key.int, stored.model and stored.model.name) == (2, "gpt-5.1-codex")


@pytest.mark.parametrize(
    ("stored", "sent", "kept"),
    [("custom", "acme/coder", "acme/coder"), ("acme/coder", "custom", "acme/coder"), ("gpt-5", "o3", "gpt-5")],
)
def test_of_readings_as_good_as_each_other_a_name_replaces_custom_and_nothing_else(
    owner: User, stored: str, sent: str, kept: str
) -> None:
    store(owner, reading(1, model=stored))

    counts = store(owner, reading(1, model=sent))

    assert Call.objects.get().model.name == kept
    assert counts.replaced == (kept != stored)


def test_a_name_does_not_bring_back_a_withdrawn_call(owner: User) -> None:
    store(owner, reading(1, model="custom"), withdrawals=[Withdrawal(ID, 257, "forgotten")])

    store(owner, reading(1, model="acme/coder"))

    assert Call.objects.get().withdrawn_at is not None


@pytest.mark.parametrize(
    ("revision", "told"),
    [(257, [("completed", 1050, 1070)]), (258, [("completed", 1050, 1070), ("recounted", 1070, 1060)])],
)
def test_a_name_that_its_owner_takes_back_is_gone_from_the_call_and_from_the_ledger(
    owner: User, revision: int, told: list[tuple[str, int, int]]
) -> None:
    store(owner, reading(1, model="acme/coder", revision=256))
    store(owner, reading(1, model="acme/coder", output_tokens=70, reason="completed"))

    store(
        owner,
        reading(1, model="custom", output_tokens=60 + 10 * (revision == 257), revision=revision, reason="name_hidden"),
    )

    assert [line[:3] for line in ledger(owner)] == told
    assert {line.model.name for line in selectors.corrections(user=owner)} == {"custom"}
    assert Call.objects.get().model.name == "custom"


def test_a_name_that_an_older_tracker_hides_goes_from_the_ledger_though_its_reading_replaces_nothing(
    owner: User,
) -> None:
    store(owner, reading(1, model="acme/coder", revision=256))
    store(owner, reading(1, model="acme/coder", output_tokens=70, reason="completed"))

    store(owner, reading(1, model="custom", revision=256, reason="name_hidden"))

    assert {line.model.name for line in selectors.corrections(user=owner)} == {"custom"}
    assert Call.objects.get().output_tokens == 70
