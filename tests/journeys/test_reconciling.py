"""The index against the server: nothing is lost with an index, and what is proven wrong goes."""

import shutil

import pytest
from codextime_tracker.delivery import Delivered
from codextime_tracker.exits import Exit
from codextime_tracker.reconciling import Comparison
from codextime_tracker.reports import lines_of
from codextime_tracker.sync import Outcome
from django.db.models import F, Sum

from codextime.accounts.models import User
from codextime.usage.models import Call, Correction
from codextime.usage.services import rebuild_dirty_dates
from tests.journeys.machines import Machines
from tests.machine import Machine
from tests.tracker.counters import NextCounter
from tests.tracker.homes import call, start, turn, write_rollout
from tests.tracker.rollouts import Rollout

THREAD = "01a1fbc8-0000-7000-8000-000000000001"
PARENT = "01a1fbc7-0000-7000-8000-000000000002"
A, B, C = (100, 10, 5, 1), (200, 20, 6, 2), (400, 40, 7, 3)
AB, ABC = (300, 30, 11, 3), (700, 70, 18, 6)


def ledger(*calls: tuple[int, int, int, int]) -> int:
    return sum(entry + output for entry, _, output, _ in calls)


def stored_tokens(user: User) -> int:
    calls = Call.objects.filter(user=user, withdrawn_at=None)
    return int(calls.aggregate(sum=Sum(F("input_tokens") + F("output_tokens")))["sum"] or 0)


def lose_index(machines: Machines) -> None:
    shutil.rmtree(machines.folder / "desk")


def reconciled(machines: Machines) -> Comparison:
    comparison = machines.run("desk", is_reconciling=True).comparison
    assert comparison is not None
    return comparison


def said(outcome: Outcome) -> list[str]:
    lines = lines_of(outcome)
    place = next(number for number, (title, _) in enumerate(lines) if title == "Compared")
    return [text for number, (title, text) in enumerate(lines) if number == place or (number > place and not title)]


@pytest.fixture
def empty(machines: Machines) -> Machines:
    shutil.rmtree(machines.home)
    return machines


def test_an_index_that_agrees_with_the_server_sends_nothing(machines: Machines) -> None:
    machines.run("desk")

    outcome = machines.run("desk", is_reconciling=True)

    assert outcome.comparison == Comparison(on_server=3)
    assert outcome.delivered is None
    assert said(outcome) == ["with 3 calls on the server: all agree"]


def test_what_the_server_lost_is_sent_again(machines: Machines, owner: User) -> None:
    machines.run("desk")
    Call.objects.filter(user=owner, input_tokens=1001).delete()
    Call.objects.filter(user=owner, input_tokens=1002).update(revision=1, output_tokens=0, reasoning_output_tokens=0)

    outcome = machines.run("desk", is_reconciling=True)

    assert isinstance(outcome.delivered, Delivered)
    assert (outcome.delivered.added, outcome.delivered.replaced) == (1, 1)
    assert stored_tokens(owner) == 1051 + 1052 + 1053
    assert "2 were missing there or worse, and are sent again" in said(outcome)


def test_a_withdrawal_that_the_server_lost_is_sent_again(machines: Machines, owner: User) -> None:
    machines.run("desk")
    machines.run("desk", NextCounter)
    Call.objects.filter(user=owner, input_tokens=1002).update(withdrawn_at=None, revision=257)

    machines.run("desk", NextCounter, is_reconciling=True)

    assert Call.objects.get(user=owner, input_tokens=1002).withdrawn_at is not None


def test_a_lost_index_loses_nothing_and_doubles_nothing(machines: Machines, owner: User) -> None:
    machines.run("desk")
    lose_index(machines)
    write_rollout(machines.home, start(), turn(), call(1))

    comparison = reconciled(machines)

    assert comparison == Comparison(on_server=3, unknown=2)
    assert stored_tokens(owner) == 1051 + 1052 + 1053


def test_copied_history_that_was_sent_before_its_parent_was_there_is_taken_back(empty: Machines, owner: User) -> None:
    fork = Rollout(THREAD, cli_version="0.80.0").session(PARENT).turn("gpt-5").count(A, A).count(AB, B)
    fork.write(empty.home)
    empty.run("desk")
    lose_index(empty)
    Rollout(PARENT, at="2026-11-19T10:00:00.000Z").turn("gpt-5").count(A, A).write(empty.home)

    comparison = reconciled(empty)

    assert comparison.taken_back == 1
    assert stored_tokens(owner) == ledger(A, B)
    assert list(Correction.objects.filter(user=owner, tokens_after=0).values_list("reason")) == [("copied_history",)]


@pytest.mark.parametrize("lost", [slice(2, 3), slice(3, 5)], ids=["a stand-in", "a lump"])
def test_what_stood_in_for_lines_that_are_back_is_taken_back(empty: Machines, owner: User, lost: slice) -> None:
    whole = Rollout(THREAD).turn("gpt-5").count(A, A)
    whole.count(*((A, A) if lost.start == 2 else (AB, B))).count(*((AB, B) if lost.start == 2 else (ABC, C)))
    whole.count(ABC, C if lost.start == 2 else (0, 0, 0, 0))
    damaged = Rollout(THREAD)
    damaged.lines = [line for number, line in enumerate(whole.lines) if number not in range(lost.start, lost.stop)]
    damaged.write(empty.home)
    empty.run("desk")
    assert stored_tokens(owner) == ledger(A, B, C)
    lose_index(empty)
    whole.write(empty.home)

    comparison = reconciled(empty)

    assert comparison.taken_back == 1
    assert stored_tokens(owner) == ledger(A, B, C)


def test_a_lump_of_lines_that_went_with_the_index_replaces_nothing(empty: Machines, owner: User) -> None:
    whole = Rollout(THREAD).turn("gpt-5").count(A, A).count(AB, B).count(ABC, C)
    whole.write(empty.home)
    empty.run("desk")
    lose_index(empty)
    del whole.lines[3]
    whole.write(empty.home)

    comparison = reconciled(empty)

    assert comparison == Comparison(on_server=3, unknown=1)
    assert stored_tokens(owner) == ledger(A, B, C)


def test_an_older_tracker_takes_back_nothing_that_a_newer_one_counted(empty: Machines, owner: User) -> None:
    fork = Rollout(THREAD, cli_version="0.80.0").session(PARENT).turn("gpt-5").count(A, A).count(AB, B)
    fork.write(empty.home)
    empty.run("laptop", NextCounter)
    Call.objects.filter(user=owner).update(revision=258)
    Rollout(PARENT, at="2026-11-19T10:00:00.000Z").turn("gpt-5").count(A, A).write(empty.home)

    comparison = reconciled(empty)

    assert comparison.taken_back == 0


def test_calls_of_other_machines_stay_and_are_counted(machines: Machines, owner: User) -> None:
    machines.run("laptop")
    shutil.rmtree(machines.home)
    write_rollout(machines.home, start(PARENT), turn(), call(9, PARENT), thread=PARENT)

    outcome = machines.run("desk", is_reconciling=True)

    assert outcome.comparison == Comparison(on_server=3, unknown=3)
    assert stored_tokens(owner) == 1051 + 1052 + 1053 + 1059
    rebuild_dirty_dates(user_id=owner.pk)


def test_the_doctor_reconciles(paired: Machine, owner: User) -> None:
    paired()
    Call.objects.filter(user=owner, input_tokens=1001).delete()

    run = paired.raw("doctor", "--reconcile", paired.user, "--server", paired.server, "--codex-home", str(paired.home))

    assert run.exit == Exit.DONE
    assert "Sent       1 call: 1 new" in run.out
    assert stored_tokens(owner) == 1051 + 1052 + 1053


def test_a_token_of_another_account_changes_nothing(paired: Machine, stranger: User) -> None:
    paired()
    paired.user = stranger.public_id

    run = paired.raw("doctor", "--reconcile", paired.user, "--server", paired.server, "--codex-home", str(paired.home))

    assert run.exit == Exit.TOKEN_REFUSED
    assert "belongs to another account" in run.err
