"""Rollouts made by hand, one for each way in which Codex's logs mislead a counter."""

from pathlib import Path

import pytest

from tests.tracker.rollouts import Rollout, counted

THREAD = "01a1fbc8-0000-7000-8000-000000000001"
PARENT = "01a1fbc7-0000-7000-8000-000000000002"
PARENTS_TURN = "01a1fbc7-1000-7000-8000-00000000000a"
OWN_TURN = "01a1fbc8-1000-7000-8000-00000000000b"
A, B, C = (100, 10, 5, 1), (200, 20, 6, 2), (400, 40, 7, 3)
AB, ABC = (300, 30, 11, 3), (700, 70, 18, 6)
NOTHING = (0, 0, 0, 0)


def test_a_running_sum_that_is_logged_again_is_no_call(tmp_path: Path) -> None:
    Rollout(THREAD).turn("gpt-5").count(A, A).count(A, A).count(AB, B).count(AB, B).write(tmp_path)

    assert counted(tmp_path) == [("gpt-5", A), ("gpt-5", B)]


def test_two_calls_with_equal_usage_are_two(tmp_path: Path) -> None:
    Rollout(THREAD).turn("gpt-5").count(A, A).count((200, 20, 10, 2), A).write(tmp_path)

    assert counted(tmp_path) == [("gpt-5", A), ("gpt-5", A)]


def test_a_sum_that_restarts_larger_than_it_was_is_a_call(tmp_path: Path) -> None:
    Rollout(THREAD).turn("gpt-5").count(A, A).count(B, B).write(tmp_path)

    assert counted(tmp_path) == [("gpt-5", A), ("gpt-5", B)]


def test_a_full_context_is_no_call_and_the_next_one_counts(tmp_path: Path) -> None:
    rollout = Rollout(THREAD).turn("gpt-5").count(A, A)
    rollout.count(NOTHING, NOTHING, total_tokens=258400).count(B, B, total_tokens=258606).write(tmp_path)

    assert counted(tmp_path) == [("gpt-5", A), ("gpt-5", B)]


def test_a_moved_total_alone_is_no_call(tmp_path: Path) -> None:
    Rollout(THREAD).turn("gpt-5").count(A, A).count(A, NOTHING, total_tokens=9000).write(tmp_path)

    assert counted(tmp_path) == [("gpt-5", A)]


def test_a_count_without_info_is_no_call(tmp_path: Path) -> None:
    Rollout(THREAD).turn("gpt-5").line("event_msg", type="token_count", info=None).count(A, A).write(tmp_path)

    assert counted(tmp_path) == [("gpt-5", A)]


def test_a_record_and_the_count_that_confirms_it_are_one_call(tmp_path: Path) -> None:
    Rollout(THREAD).turn("gpt-5").record("resp_1", A).count(A, A).record("resp_2", B).count(AB, B).write(tmp_path)

    assert counted(tmp_path) == [("gpt-5", A), ("gpt-5", B)]


def test_a_record_that_no_sum_ever_holds_counts(tmp_path: Path) -> None:
    rollout = Rollout(THREAD).turn("gpt-5").record("resp_1", A).count(A, A).record("compaction", B)
    rollout.record("resp_3", C).count((500, 50, 12, 4), C).write(tmp_path)

    assert counted(tmp_path) == [("gpt-5", A), ("gpt-5", B), ("gpt-5", C)]


def test_one_sum_can_confirm_several_records(tmp_path: Path) -> None:
    Rollout(THREAD).turn("gpt-5").record("resp_1", A).record("resp_2", B).count(AB, AB).write(tmp_path)

    assert counted(tmp_path) == [("gpt-5", A), ("gpt-5", B)]


def test_equal_records_each_wait_for_their_own_count(tmp_path: Path) -> None:
    rollout = Rollout(THREAD).turn("gpt-5").record("resp_1", A).record("resp_2", A)
    rollout.count(A, A).count((200, 20, 10, 2), A).write(tmp_path)

    assert counted(tmp_path) == [("gpt-5", A), ("gpt-5", A)]


def test_counts_of_an_older_version_between_records_count(tmp_path: Path) -> None:
    rollout = Rollout(THREAD).turn("gpt-5").record("resp_1", A).count(A, A).count(AB, B)
    rollout.record("resp_3", C).count(ABC, C).write(tmp_path)

    assert counted(tmp_path) == [("gpt-5", A), ("gpt-5", B), ("gpt-5", C)]


def test_a_record_that_is_there_twice_is_one_call(tmp_path: Path) -> None:
    Rollout(THREAD).turn("gpt-5").record("resp_1", A).record("resp_1", A).write(tmp_path)

    assert counted(tmp_path) == [("gpt-5", A)]


def test_the_copy_of_a_record_in_a_compacted_line_is_no_call(tmp_path: Path) -> None:
    rollout = Rollout(THREAD).turn("gpt-5").record("resp_1", A).count(A, A)
    rollout.line("compacted", message="", latest_token_usage_record={"response_id": "resp_1"}).write(tmp_path)

    assert counted(tmp_path) == [("gpt-5", A)]


def test_a_record_of_another_thread_is_not_counted(tmp_path: Path) -> None:
    Rollout(THREAD).turn("gpt-5").record("resp_1", A, thread_id=PARENT).record("resp_2", B).write(tmp_path)

    assert counted(tmp_path) == [("gpt-5", B)]


def test_a_record_has_the_model_of_its_own_turn(tmp_path: Path) -> None:
    rollout = Rollout(THREAD).turn("gpt-5", OWN_TURN).turn("o3", PARENTS_TURN)
    rollout.record("resp_1", A, turn_id=OWN_TURN).count(A, A).write(tmp_path)

    assert counted(tmp_path) == [("gpt-5", A)]


def test_a_model_switched_in_the_session_holds_from_its_turn_on(tmp_path: Path) -> None:
    rollout = Rollout(THREAD).turn("gpt-5").count(A, A).turn("o3").count(A, A).count(AB, B)
    rollout.write(tmp_path)

    assert counted(tmp_path) == [("gpt-5", A), ("o3", B)]


def test_a_call_before_any_turn_has_the_first_later_model(tmp_path: Path) -> None:
    Rollout(THREAD).count(A, A).turn("gpt-5").count(AB, B).write(tmp_path)

    assert counted(tmp_path) == [("gpt-5", A), ("gpt-5", B)]


def test_a_model_that_no_line_names_is_never_guessed(tmp_path: Path) -> None:
    Rollout(THREAD).count(A, A).write(tmp_path)

    assert counted(tmp_path) == [(None, A)]


def test_calls_whose_lines_are_lost_are_one_lump(tmp_path: Path) -> None:
    Rollout(THREAD).turn("gpt-5").count(A, A).count(ABC, C).write(tmp_path)

    assert counted(tmp_path) == [("gpt-5", A), ("gpt-5", (600, 60, 13, 5))]


def test_a_sum_that_grew_without_a_last_call_counts_its_growth(tmp_path: Path) -> None:
    Rollout(THREAD).turn("gpt-5").count(A, A).count(AB, NOTHING).write(tmp_path)

    assert counted(tmp_path) == [("gpt-5", A), ("gpt-5", B)]


def test_a_fork_that_names_its_parent_counts_from_its_own_first_turn(tmp_path: Path) -> None:
    fork = Rollout(THREAD, forked_from_id=PARENT, cli_version="0.116.0").session(PARENT)
    fork.turn("gpt-5", PARENTS_TURN).count(A, A).turn("o3", OWN_TURN).count(A, A).count(AB, B).write(tmp_path)

    assert counted(tmp_path) == [("o3", B)]


def test_a_fork_without_turn_ids_is_told_by_its_parents_sums(tmp_path: Path) -> None:
    Rollout(PARENT, at="2026-11-19T10:00:00.000Z").turn("gpt-5").count(A, A).count(AB, B).write(tmp_path)
    fork = Rollout(THREAD, cli_version="0.80.0").session(PARENT)
    fork.turn("gpt-5").count(A, A).count(AB, B).count(ABC, C).write(tmp_path)

    assert counted(tmp_path) == [("gpt-5", A), ("gpt-5", B), ("gpt-5", C)]


def test_a_fork_of_a_fork_without_turn_ids_counts_only_its_own(tmp_path: Path) -> None:
    Rollout(PARENT, at="2026-11-19T10:00:00.000Z").turn("gpt-5").count(A, A).write(tmp_path)
    fork = Rollout(THREAD, cli_version="0.80.0").session(PARENT).turn("gpt-5").count(A, A).count(AB, B)
    fork.write(tmp_path)
    second = Rollout(OWN_TURN, at="2026-11-20T11:00:00.000Z", cli_version="0.80.0").session(THREAD).session(PARENT)
    second.turn("gpt-5").count(A, A).count(AB, B).count(ABC, C).write(tmp_path)

    assert counted(tmp_path) == [("gpt-5", A), ("gpt-5", B), ("gpt-5", C)]


def test_a_fork_that_refers_to_its_history_counts_from_its_first_line(tmp_path: Path) -> None:
    fork = Rollout(THREAD, forked_from_id=PARENT, history_base={"thread_id": PARENT})
    fork.turn("gpt-5", OWN_TURN).count(AB, B).write(tmp_path)

    assert counted(tmp_path) == [("gpt-5", B)]


def test_a_sub_agents_lines_before_its_own_ordinal_are_copied(tmp_path: Path) -> None:
    child = Rollout(THREAD, forked_from_id=PARENT, subagent_history_start_ordinal=3)
    child.line("turn_context", ordinal=1, model="gpt-5")
    child.line("token_usage_record", ordinal=2, thread_id=THREAD, response_id="resp_1", usage={"input_tokens": 1})
    child.line("token_usage_record", ordinal=3, thread_id=THREAD, response_id="resp_2", usage={"input_tokens": 2})
    child.write(tmp_path)

    assert counted(tmp_path) == [("gpt-5", (2, 0, 0, 0))]


def test_an_imported_session_is_not_counted(tmp_path: Path) -> None:
    rollout = Rollout(THREAD).turn("gpt-5", "external-import-turn-1").count(A, A)
    rollout.turn("gpt-5", OWN_TURN).count(AB, B).write(tmp_path)

    assert counted(tmp_path) == [("gpt-5", B)]


def test_rollout_lines_quoted_in_texts_are_texts(tmp_path: Path) -> None:
    quoted = Rollout(PARENT).count(C, C).lines[1]
    rollout = Rollout(THREAD).turn("gpt-5").count(A, A)
    rollout.line("response_item", type="message", content=quoted).line(
        "event_msg", type="agent_message", message=quoted
    )
    rollout.line("event_msg", message={"type": "token_count", "info": quoted}, type="agent_message").write(tmp_path)

    assert counted(tmp_path) == [("gpt-5", A)]


@pytest.mark.parametrize("separator", ["\u2028", "\u0085", "\u000b"])
def test_only_a_newline_ends_a_line(tmp_path: Path, separator: str) -> None:
    rollout = Rollout(THREAD).turn("gpt-5").raw(f'{{"type":"x","text":"a{separator}b"}}').count(A, A)
    rollout.write(tmp_path)

    assert counted(tmp_path) == [("gpt-5", A)]


def test_keys_in_another_order_and_white_space_count_the_same(tmp_path: Path) -> None:
    rollout = Rollout(THREAD).turn("gpt-5")
    rollout.raw(
        '{ "payload": {"info": {"last_token_usage": {"input_tokens": 7, "output_tokens": 1},'
        ' "total_token_usage": {"input_tokens": 7, "output_tokens": 1}}, "type": "token\\u005fcount"},'
        ' "type": "event_msg", "timestamp": "2026-11-20T12:00:00.5+01:00" }'
    ).write(tmp_path)

    assert counted(tmp_path) == [("gpt-5", (7, 0, 1, 0))]


def test_invalid_utf8_in_a_line_that_counts_does_not_lose_it(tmp_path: Path) -> None:
    rollout = Rollout(THREAD).turn("gpt-5").record("resp_1", A, note="\udcff\udcfe").write(tmp_path)

    assert b"\\udcff" in rollout.read_bytes()
    rollout.write_bytes(rollout.read_bytes().replace(b"\\udcff\\udcfe", b"\xff\xfe"))
    assert counted(tmp_path) == [("gpt-5", A)]
