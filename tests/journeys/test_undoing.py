"""After an owner undid a withdrawal, trackers and the server agree, and nothing is there twice or taken away again."""

import shutil

import pytest
from codextime_tracker.counting import Counter
from codextime_tracker.reconciling import Comparison
from django.utils import timezone

from codextime.accounts.models import User
from codextime.usage import decisions
from codextime.usage.models import Call, WithdrawalRecord
from tests.journeys.machines import Machines
from tests.machine import Machine
from tests.tracker.counters import NextCounter


def stored(user: User) -> list[int]:
    return sorted(Call.objects.filter(user=user, withdrawn_at=None).values_list("input_tokens", flat=True))


def undo(user: User) -> None:
    now = timezone.now()
    decisions.undo_withdrawal(record=WithdrawalRecord.objects.get(user=user), now=now)
    decisions.carry_out(user_id=user.pk, now=now)


def test_what_was_forgotten_and_brought_back_is_neither_sent_nor_missing(paired: Machine, owner: User) -> None:
    paired()
    home = ("--server", paired.server, "--codex-home", str(paired.home))
    paired.raw("forget", paired.user, *home, "--yes-take-it-back")
    undo(owner)

    again, doctor = paired(), paired.raw("doctor", "--reconcile", paired.user, *home)

    assert "there is nothing new" in again.out
    assert "all agree" in doctor.out
    assert stored(owner) == [1001, 1002, 1003]
    assert "Took back 3 calls" in paired.raw("forget", paired.user, *home, "--yes-take-it-back").out
    assert stored(owner) == []


@pytest.mark.parametrize("counter", [Counter, NextCounter])
@pytest.mark.parametrize("has_index", [True, False])
def test_what_a_recount_took_back_and_its_owner_kept_is_agreed_on(
    machines: Machines, owner: User, counter: type[Counter], has_index: bool
) -> None:
    machines.run("desk")
    machines.run("desk", NextCounter)
    undo(owner)
    if not has_index:
        shutil.rmtree(machines.folder / "desk")
        machines.run("desk", counter)

    outcome = machines.run("desk", counter, is_reconciling=True)

    comparison = outcome.comparison
    assert comparison is not None
    assert (comparison.on_server, comparison.offered, comparison.taken_back) == (3, 0, 0)
    assert outcome.delivered is None
    assert stored(owner) == [1001, 1002, 1003]


def test_a_comparison_counts_what_was_kept(machines: Machines, owner: User) -> None:
    machines.run("desk")
    machines.run("desk", NextCounter)
    undo(owner)

    assert machines.run("desk", NextCounter, is_reconciling=True).comparison == Comparison(on_server=3)
