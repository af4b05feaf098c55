"""What a line of a rollout says that is no call, and calls that no line says: traps for a counter, by their numbers.

Each is a rollout made by hand, as small as can be.
"""

import re
from pathlib import Path

import pytest
from codextime_tracker.inspection import inspect

from tests.tracker.rollouts import Rollout, counted, counters, flagged

pytestmark = pytest.mark.usefixtures("each_reader")

THREAD = "01a1fbc8-0000-7000-8000-000000000001"
PARENTS_TURN = "01a1fbc7-1000-7000-8000-00000000000a"
OWN_TURN = "01a1fbc8-1000-7000-8000-00000000000b"
A, B, C = (100, 10, 5, 1), (200, 20, 6, 2), (400, 40, 7, 3)
AB, ABC = (300, 30, 11, 3), (700, 70, 18, 6)
NOTHING = (0, 0, 0, 0)


def test_trap_1_a_running_sum_is_no_call_and_its_growth_is(tmp_path: Path) -> None:
    Rollout(THREAD).turn("gpt-5").count(A, A).count(AB, B).count(ABC, C).write(tmp_path)

    assert counted(tmp_path) == [("gpt-5", A), ("gpt-5", B), ("gpt-5", C)]


def test_trap_2_a_running_sum_that_is_logged_again_is_no_call(tmp_path: Path) -> None:
    Rollout(THREAD).turn("gpt-5").count(A, A).count(A, A).count(AB, B).count(AB, B).write(tmp_path)

    assert counted(tmp_path) == [("gpt-5", A), ("gpt-5", B)]


def test_trap_3_two_calls_with_equal_usage_are_two(tmp_path: Path) -> None:
    Rollout(THREAD).turn("gpt-5").count(A, A).count((200, 20, 10, 2), A).write(tmp_path)

    assert counted(tmp_path) == [("gpt-5", A), ("gpt-5", A)]


def test_trap_3_equal_records_each_wait_for_their_own_count(tmp_path: Path) -> None:
    rollout = Rollout(THREAD).turn("gpt-5").record("resp_1", A).record("resp_2", A)
    rollout.count(A, A).count((200, 20, 10, 2), A).write(tmp_path)

    assert counted(tmp_path) == [("gpt-5", A), ("gpt-5", A)]


def test_trap_4_a_count_without_info_is_no_call(tmp_path: Path) -> None:
    Rollout(THREAD).turn("gpt-5").line("event_msg", type="token_count", info=None).count(A, A).write(tmp_path)

    assert counted(tmp_path) == [("gpt-5", A)]


def test_trap_5_a_sum_that_restarts_larger_than_it_was_is_a_call(tmp_path: Path) -> None:
    Rollout(THREAD).turn("gpt-5").count(A, A).count(B, B).write(tmp_path)

    assert counted(tmp_path) == [("gpt-5", A), ("gpt-5", B)]


def test_trap_6_an_estimate_of_the_context_after_a_compaction_is_no_call(tmp_path: Path) -> None:
    rollout = Rollout(THREAD).turn("gpt-5").count(A, A)
    info = {"total_token_usage": counters(A), "last_token_usage": counters(NOTHING, total_tokens=8123)}
    rollout.line("event_msg", type="token_count", info=info).count(AB, B).write(tmp_path)

    assert counted(tmp_path) == [("gpt-5", A), ("gpt-5", B)]


def test_trap_7_a_full_context_is_no_call_and_the_next_one_counts(tmp_path: Path) -> None:
    rollout = Rollout(THREAD).turn("gpt-5").count(A, A)
    rollout.count(NOTHING, NOTHING, total_tokens=258400).count(B, B, total_tokens=258606).write(tmp_path)

    assert counted(tmp_path) == [("gpt-5", A), ("gpt-5", B)]


def test_trap_7_a_moved_total_alone_is_no_call(tmp_path: Path) -> None:
    Rollout(THREAD).turn("gpt-5").count(A, A).count(A, NOTHING, total_tokens=9000).write(tmp_path)

    assert counted(tmp_path) == [("gpt-5", A)]


def test_trap_8_a_record_that_no_sum_ever_holds_counts(tmp_path: Path) -> None:
    rollout = Rollout(THREAD).turn("gpt-5").record("resp_1", A).count(A, A).record("compaction", B)
    rollout.record("resp_3", C).count((500, 50, 12, 4), C).write(tmp_path)

    assert counted(tmp_path) == [("gpt-5", A), ("gpt-5", B), ("gpt-5", C)]


@pytest.mark.parametrize("version", ["0.40.0", "0.147.0"])
def test_trap_9_a_compaction_that_was_logged_nowhere_is_told_and_not_guessed(tmp_path: Path, version: str) -> None:
    rollout = Rollout(THREAD, cli_version=version).turn("gpt-5").count(A, A)
    rollout.line("response_item", type="message", role="assistant").line("compacted", message="all until now")
    path = rollout.turn("gpt-5").count(AB, B).write(tmp_path)

    assert counted(tmp_path) == [("gpt-5", A), ("gpt-5", B)]
    assert (inspect(path).compactions, inspect(path).unlogged_compactions) == (1, 1)


def test_trap_9_a_compaction_whose_own_call_was_logged_lacks_nothing(tmp_path: Path) -> None:
    rollout = Rollout(THREAD, cli_version="0.63.0").turn("gpt-5").count(A, A)
    path = rollout.line("response_item", type="message").count(AB, B).line("compacted", message="").write(tmp_path)

    assert (inspect(path).compactions, inspect(path).unlogged_compactions) == (1, 0)


def test_trap_10_a_sum_that_grew_without_a_last_call_counts_its_growth(tmp_path: Path) -> None:
    Rollout(THREAD).turn("gpt-5").count(A, A).count(AB, NOTHING).write(tmp_path)

    assert counted(tmp_path) == [("gpt-5", A), ("gpt-5", B)]


def test_trap_10_an_incomplete_response_that_has_a_record_is_one_call(tmp_path: Path) -> None:
    rollout = Rollout(THREAD).turn("gpt-5").record("resp_1", A).count(A, A).record("resp_2", B).count(AB, NOTHING)
    rollout.record("resp_3", C).count(ABC, C).write(tmp_path)

    assert counted(tmp_path) == [("gpt-5", A), ("gpt-5", B), ("gpt-5", C)]


def test_trap_11_a_call_that_the_sum_lost_when_codex_was_killed_is_counted_by_its_record(tmp_path: Path) -> None:
    rollout = Rollout(THREAD).turn("gpt-5").record("resp_1", A).count(A, A).record("resp_2", B)
    rollout.turn("gpt-5").count(A, A).record("resp_3", C).count((500, 50, 12, 4), C).write(tmp_path)

    assert counted(tmp_path) == [("gpt-5", A), ("gpt-5", B), ("gpt-5", C)]


def test_trap_12_an_attempt_that_failed_is_no_call_and_its_retry_is_one(tmp_path: Path) -> None:
    rollout = Rollout(THREAD).turn("gpt-5").count(A, A).line("event_msg", type="stream_error", message="retrying 1/5")
    rollout.line("event_msg", type="token_count", info=None, rate_limits={}).count(A, A).count(AB, B).write(tmp_path)

    assert counted(tmp_path) == [("gpt-5", A), ("gpt-5", B)]


def test_trap_17_a_record_has_the_model_of_its_own_turn(tmp_path: Path) -> None:
    rollout = Rollout(THREAD).turn("gpt-5", OWN_TURN).turn("o3", PARENTS_TURN)
    rollout.record("resp_1", A, turn_id=OWN_TURN).count(A, A).write(tmp_path)

    assert counted(tmp_path) == [("gpt-5", A)]


def test_trap_17_a_model_switched_in_the_session_holds_from_its_turn_on(tmp_path: Path) -> None:
    rollout = Rollout(THREAD).turn("gpt-5").count(A, A).turn("o3").count(A, A).count(AB, B)
    rollout.write(tmp_path)

    assert counted(tmp_path) == [("gpt-5", A), ("o3", B)]


def test_trap_18_a_call_before_any_turn_has_the_first_later_model(tmp_path: Path) -> None:
    Rollout(THREAD).count(A, A).turn("gpt-5").count(AB, B).write(tmp_path)

    assert counted(tmp_path) == [("gpt-5", A), ("gpt-5", B)]


def test_trap_18_a_model_that_no_line_names_is_never_guessed(tmp_path: Path) -> None:
    Rollout(THREAD).count(A, A).write(tmp_path)

    assert counted(tmp_path) == [(None, A)]


def test_trap_19_a_call_has_the_model_that_was_asked_for(tmp_path: Path) -> None:
    rollout = Rollout(THREAD).turn("gpt-5").line("event_msg", type="model_reroute", model="gpt-5-mini")
    rollout.record("resp_1", A, model="gpt-5-mini").count(A, A).write(tmp_path)

    assert counted(tmp_path) == [("gpt-5", A)]


def test_trap_22_the_copy_of_a_record_in_a_compacted_line_is_no_call(tmp_path: Path) -> None:
    rollout = Rollout(THREAD).turn("gpt-5").record("resp_1", A).count(A, A)
    rollout.line("compacted", message="", latest_token_usage_record={"response_id": "resp_1"}).write(tmp_path)

    assert counted(tmp_path) == [("gpt-5", A)]


def test_trap_27_a_sum_that_goes_back_counts_the_last_call_as_an_estimate(tmp_path: Path) -> None:
    Rollout(THREAD).turn("gpt-5").count(ABC, ABC).count(AB, B).count(ABC, C).write(tmp_path)

    assert flagged(tmp_path) == [(ABC, []), (B, ["gap"]), (C, [])]


def test_trap_29_profiles_providers_and_efforts_change_nothing(tmp_path: Path) -> None:
    rollout = Rollout(THREAD, model_provider="acme", originator="codex_exec")
    rollout.line("turn_context", model="gpt-5", effort="high", profile="work", collaboration_mode={"model": "o3"})
    rollout.count(A, A).write(tmp_path)

    assert counted(tmp_path) == [("gpt-5", A)]


def test_kinds_of_lines_that_no_release_had_yet_change_nothing(tmp_path: Path) -> None:
    usage = {"usage": counters(C), "total_token_usage": counters(C), "last_token_usage": counters(C)}
    rollout = Rollout(THREAD).turn("gpt-5").count(A, A).line("token_usage_summary", **usage)
    rollout.line("event_msg", type="token_count_v2", info=usage).raw('{"type":7}').raw("[1]").raw("null")
    rollout.count(AB, B, imagined_tokens=5).write(tmp_path)

    assert counted(tmp_path) == [("gpt-5", A), ("gpt-5", B)]


def test_every_trap_has_a_test_that_is_named_after_it() -> None:
    tests = "".join(path.read_text("utf-8") for path in Path(__file__).parent.glob("test_*_traps.py"))

    assert {int(number) for number in re.findall(r"def test_trap_(\d+)_", tests)} == set(range(1, 32))


def test_trap_30_an_imported_session_is_not_counted(tmp_path: Path) -> None:
    rollout = Rollout(THREAD).turn("gpt-5", "external-import-turn-1").count(A, A)
    rollout.turn("gpt-5", OWN_TURN).count(AB, B).write(tmp_path)

    assert counted(tmp_path) == [("gpt-5", B)]


def test_trap_31_a_record_and_the_count_that_confirms_it_are_one_call(tmp_path: Path) -> None:
    Rollout(THREAD).turn("gpt-5").record("resp_1", A).count(A, A).record("resp_2", B).count(AB, B).write(tmp_path)

    assert counted(tmp_path) == [("gpt-5", A), ("gpt-5", B)]


def test_trap_31_one_sum_can_confirm_several_records(tmp_path: Path) -> None:
    Rollout(THREAD).turn("gpt-5").record("resp_1", A).record("resp_2", B).count(AB, AB).write(tmp_path)

    assert counted(tmp_path) == [("gpt-5", A), ("gpt-5", B)]


def test_trap_31_counts_of_an_older_version_between_records_count(tmp_path: Path) -> None:
    rollout = Rollout(THREAD).turn("gpt-5").record("resp_1", A).count(A, A).count(AB, B)
    rollout.record("resp_3", C).count(ABC, C).write(tmp_path)

    assert counted(tmp_path) == [("gpt-5", A), ("gpt-5", B), ("gpt-5", C)]
