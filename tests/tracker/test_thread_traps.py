"""Threads that hold, continue or refer to the history of others: traps for a counter, by their numbers."""

from pathlib import Path

import pytest

from tests.tracker.rollouts import Rollout, counted, counters, flagged

pytestmark = pytest.mark.usefixtures("each_reader")

THREAD = "01a1fbc8-0000-7000-8000-000000000001"
PARENT = "01a1fbc7-0000-7000-8000-000000000002"
PARENTS_TURN = "01a1fbc7-1000-7000-8000-00000000000a"
OWN_TURN = "01a1fbc8-1000-7000-8000-00000000000b"
A, B, C = (100, 10, 5, 1), (200, 20, 6, 2), (400, 40, 7, 3)
AB, ABC = (300, 30, 11, 3), (700, 70, 18, 6)
NOTHING = (0, 0, 0, 0)
SUB_AGENT = {"subagent": {"thread_spawn": {"parent_thread_id": PARENT, "depth": 1}}}


def test_trap_13_a_fork_that_names_its_parent_counts_from_its_own_first_turn(tmp_path: Path) -> None:
    fork = Rollout(THREAD, forked_from_id=PARENT, cli_version="0.116.0").session(PARENT)
    fork.turn("gpt-5", PARENTS_TURN).count(A, A).turn("o3", OWN_TURN).count(A, A).count(AB, B).write(tmp_path)

    assert counted(tmp_path) == [("o3", B)]


def test_trap_13_a_fork_without_turn_ids_is_told_by_its_parents_sums(tmp_path: Path) -> None:
    Rollout(PARENT, at="2026-11-19T10:00:00.000Z").turn("gpt-5").count(A, A).count(AB, B).write(tmp_path)
    fork = Rollout(THREAD, cli_version="0.80.0").session(PARENT)
    fork.turn("gpt-5").count(A, A).count(AB, B).count(ABC, C).write(tmp_path)

    assert counted(tmp_path) == [("gpt-5", A), ("gpt-5", B), ("gpt-5", C)]


def test_trap_13_a_fork_of_a_fork_without_turn_ids_counts_only_its_own(tmp_path: Path) -> None:
    Rollout(PARENT, at="2026-11-19T10:00:00.000Z").turn("gpt-5").count(A, A).write(tmp_path)
    fork = Rollout(THREAD, cli_version="0.80.0").session(PARENT).turn("gpt-5").count(A, A).count(AB, B)
    fork.write(tmp_path)
    second = Rollout(OWN_TURN, at="2026-11-20T11:00:00.000Z", cli_version="0.80.0").session(THREAD).session(PARENT)
    second.turn("gpt-5").count(A, A).count(AB, B).count(ABC, C).write(tmp_path)

    assert counted(tmp_path) == [("gpt-5", A), ("gpt-5", B), ("gpt-5", C)]


def test_trap_14_a_fork_that_refers_to_its_history_counts_from_its_first_line(tmp_path: Path) -> None:
    fork = Rollout(THREAD, forked_from_id=PARENT, history_base={"thread_id": PARENT})
    fork.turn("gpt-5", OWN_TURN).count(AB, B).write(tmp_path)

    assert counted(tmp_path) == [("gpt-5", B)]


@pytest.mark.parametrize("total", [AB, B], ids=["from its parent's sum on", "from nothing on"])
def test_trap_14_a_fork_that_copies_nothing_counts_its_first_call_whatever_its_sum(
    tmp_path: Path, total: tuple[int, int, int, int]
) -> None:
    Rollout(PARENT, at="2026-11-19T10:00:00.000Z").turn("gpt-5").record("resp_1", A).count(A, A).write(tmp_path)
    fork = Rollout(THREAD, forked_from_id=PARENT, history_base={"thread_id": PARENT}).turn("gpt-5", OWN_TURN)
    fork.record("resp_2", B, thread_token_usage=counters(total)).count(total, B).write(tmp_path)

    assert counted(tmp_path) == [("gpt-5", A), ("gpt-5", B)]


def test_trap_15_a_sub_agents_lines_before_its_own_ordinal_are_copied(tmp_path: Path) -> None:
    child = Rollout(THREAD, forked_from_id=PARENT, subagent_history_start_ordinal=3)
    child.line("turn_context", ordinal=1, model="gpt-5")
    child.line("token_usage_record", ordinal=2, thread_id=THREAD, response_id="resp_1", usage={"input_tokens": 1})
    child.line("token_usage_record", ordinal=3, thread_id=THREAD, response_id="resp_2", usage={"input_tokens": 2})
    child.write(tmp_path)

    assert counted(tmp_path) == [("gpt-5", (2, 0, 0, 0))]


def test_trap_15_a_sub_agent_that_copies_counts_without_their_turns_counts_only_its_own(tmp_path: Path) -> None:
    child = Rollout(THREAD, forked_from_id=PARENT, cli_version="0.130.0", source=SUB_AGENT).session(PARENT)
    child.count(A, A).turn("gpt-5-mini", OWN_TURN).count(A, A).count(AB, B).write(tmp_path)

    assert counted(tmp_path) == [("gpt-5-mini", B)]


def test_trap_16_a_record_of_another_thread_is_not_counted(tmp_path: Path) -> None:
    Rollout(THREAD).turn("gpt-5").record("resp_1", A, thread_id=PARENT).record("resp_2", B).write(tmp_path)

    assert counted(tmp_path) == [("gpt-5", B)]


@pytest.mark.parametrize("source", ["exec", SUB_AGENT, {"subagent": "review"}, {"subagent": {"other": "guardian"}}])
def test_trap_16_a_thread_and_its_children_count_once_each(tmp_path: Path, source: object) -> None:
    Rollout(PARENT, at="2026-11-19T10:00:00.000Z").turn("gpt-5").record("resp_1", A).count(A, A).write(tmp_path)
    child = Rollout(THREAD, source=source, session_id=PARENT, parent_thread_id=PARENT).turn("o3")
    child.record("resp_2", B).count(B, B).write(tmp_path)

    assert counted(tmp_path) == [("gpt-5", A), ("o3", B)]


def test_trap_20_calls_of_a_turn_that_was_rolled_back_were_paid_and_count(tmp_path: Path) -> None:
    rollout = Rollout(THREAD, cli_version="0.116.0").turn("gpt-5").count(A, A).count(AB, B)
    rollout.line("event_msg", type="thread_rolled_back", num_turns=1).turn("gpt-5").count(AB, B)
    rollout.count(ABC, C).write(tmp_path)

    assert counted(tmp_path) == [("gpt-5", A), ("gpt-5", B), ("gpt-5", C)]


def test_trap_20_a_revert_goes_on_in_a_second_file_whose_sum_lacks_what_was_reverted(tmp_path: Path) -> None:
    first = Rollout(THREAD).turn("gpt-5").record("resp_1", A).count(A, A).record("resp_2", B).count(AB, B)
    first.write(tmp_path)
    second = Rollout(THREAD, at="2026-11-20T11:00:00.000Z", cli_version="0.169.0", history_base={"thread_id": THREAD})
    second.name = second.name.replace(".jsonl", f"_{OWN_TURN}.jsonl")
    second.turn("gpt-5").count(A, A).record("resp_3", C).count((500, 50, 12, 4), C).write(tmp_path)

    assert counted(tmp_path) == [("gpt-5", A), ("gpt-5", B), ("gpt-5", C)]


def test_trap_21_what_a_migration_dropped_is_found_in_the_growth_of_the_sum(tmp_path: Path) -> None:
    rollout = Rollout(THREAD, cli_version="0.116.0").line("turn_context", ordinal=2, model="gpt-5", turn_id="rollout-1")
    rollout.count(A, A).count(AB, NOTHING).count(ABC, C).write(tmp_path)

    assert [used for used, _ in flagged(tmp_path)] == [A, B, C]


def test_a_child_that_is_read_before_its_parent_counts_only_its_own(tmp_path: Path) -> None:
    child = Rollout(THREAD, at="2026-11-18T10:00:00.000Z", cli_version="0.80.0").session(PARENT)
    child.turn("gpt-5").count(A, A).count(AB, B).write(tmp_path)
    Rollout(PARENT, at="2026-11-19T10:00:00.000Z").turn("gpt-5").count(A, A).write(tmp_path)

    assert sorted(used for used, _ in flagged(tmp_path)) == [A, B]
