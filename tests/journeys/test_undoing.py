"""After an owner undid a withdrawal, trackers and the server agree, and nothing is there twice or taken away again."""

import shutil

import pytest
from codextime_tracker.counting import Counter
from codextime_tracker.reconciling import Comparison
from codextime_tracker.reports import lines_of
from django.utils import timezone

from codextime.accounts.models import User
from codextime.usage import decisions, recording
from codextime.usage.models import Call, WithdrawalRecord
from codextime.usage.services import rebuild_dirty_dates
from tests.journeys.machines import Machines
from tests.machine import Machine
from tests.tracker.counters import NextCounter
from tests.tracker.homes import call, start, turn, write_rollout


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


@pytest.fixture
def large(paired: Machine) -> Machine:
    """Sent 120 calls."""
    write_rollout(paired.home, start(), turn(), *(call(number) for number in range(1, 121)))
    paired()
    return paired


@pytest.mark.parametrize("is_approved", [True, False])
def test_a_large_home_is_forgotten_once_its_owner_agrees(large: Machine, owner: User, is_approved: bool) -> None:
    home = ("--server", large.server, "--codex-home", str(large.home))
    rebuild_dirty_dates(user_id=owner.pk)

    run = large.raw("forget", large.user, *home, "--yes-take-it-back")

    assert "120 calls still count" in run.out
    assert f"Open {large.server}/withdrawals" in run.out
    assert "Took back" not in run.out
    assert len(stored(owner)) == 120
    decide = decisions.approve_withdrawal if is_approved else decisions.decline_withdrawal
    decide(record=WithdrawalRecord.objects.get(user=owner), now=timezone.now())
    decisions.carry_out(user_id=owner.pk, now=timezone.now())
    assert len(stored(owner)) == (0 if is_approved else 120)
    assert "all agree" in large.raw("doctor", "--reconcile", large.user, *home).out
    assert len(stored(owner)) == (0 if is_approved else 120)


def test_a_large_recount_waits_and_the_summary_says_where(
    machines: Machines, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recording, "FEW_CALLS", 0)
    machines.run("desk")
    rebuild_dirty_dates(user_id=owner.pk)

    first = machines.run("desk", NextCounter)
    again = machines.run("desk", NextCounter, is_reconciling=True)

    for outcome in (first, again):
        assert f"1 call is taken back once you agree, in the browser: {machines.server}/withdrawals" in [
            text for title, text in lines_of(outcome) if title == "Your word"
        ]
    assert WithdrawalRecord.objects.get(user=owner).calls == 1
    decisions.decline_withdrawal(record=WithdrawalRecord.objects.get(user=owner), now=timezone.now())
    decisions.carry_out(user_id=owner.pk, now=timezone.now())
    assert machines.run("desk", NextCounter, is_reconciling=True).delivered is None
    assert stored(owner) == [1001, 1002, 1003]
