"""Whole runs of the command against a server on loopback that answers as told."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from codextime_tracker.exits import Exit
from codextime_tracker.index import Index
from codextime_tracker.locking import one_run_at_a_time
from codextime_tracker.places import INDEX, data_folder

from tests.peer import Peer, Reply, Request, stored_everything
from tests.ports import find_free_port
from tests.tracker.conftest import TOKEN, USER, Tracker
from tests.tracker.homes import append, call, start, turn, write_rollout

OTHER_THREAD = "01a1fbca-a638-7000-8000-000000000002"
SENT = ("sent", "added", "replaced", "withdrawn", "already_there", "waiting_for_you")


def refusing(reason: str, *places: int) -> Any:
    """A server that refuses the calls at these places of an upload."""

    def reply(request: Request) -> Reply:
        calls = request.json()["calls"]
        refused = [{"id": calls[place]["id"], "index": place, "reason": reason, "field": "at"} for place in places]
        receipt = stored_everything(request)
        return Reply(201, {**receipt.body, "added": len(calls) - len(refused), "refused": refused})

    return reply


def test_a_run_sends_every_call_and_says_what_it_did(tracker: Tracker) -> None:
    run = tracker()

    [upload] = [request.json() for request in tracker.uploads]
    assert run.exit == Exit.DONE
    assert [row["input_tokens"] for row in upload["calls"]] == [1001, 1002, 1003]
    assert "All time   3 calls, 3,156 tokens in 1 file" in run.out
    assert "Sent       3 calls: 3 new" in run.out
    assert f"Dashboard  {tracker.peer.address}/dashboard" in run.out


def test_the_sums_of_all_time_are_remembered_until_a_call_changes(tracker: Tracker) -> None:
    tracker()
    remembered = tracker()
    append(tracker.rollout, call(4))

    followed = tracker()

    assert "All time   3 calls, 3,156 tokens in 1 file" in remembered.out
    assert "All time   4 calls, 4,210 tokens in 1 file" in followed.out


def test_a_second_run_opens_no_connection_and_says_so(tracker: Tracker) -> None:
    tracker()
    tracker.peer.requests.clear()

    run = tracker()

    assert run.exit == Exit.DONE
    assert tracker.peer.requests == []
    assert "Sent       nothing: there is nothing new" in run.out
    assert f"Dashboard  {tracker.peer.address}/dashboard" in run.out


def test_only_what_is_new_is_sent(tracker: Tracker) -> None:
    tracker()
    append(tracker.rollout, call(4))

    tracker()

    assert [row["input_tokens"] for row in tracker.uploads[1].json()["calls"]] == [1004]


def test_each_server_and_each_user_gets_everything_once(tracker: Tracker) -> None:
    tracker()

    tracker.raw("u_another", "--server", tracker.peer.address, "--codex-home", str(tracker.home))

    first, second = (request.json()["calls"] for request in tracker.uploads)
    assert len(first) == len(second) == 3
    assert not {row["id"] for row in first} & {row["id"] for row in second}


def test_after_a_lost_receipt_the_same_bytes_are_sent_again_whatever_was_found_since(tracker: Tracker) -> None:
    tracker.peer.answers(None)
    lost = tracker()
    append(tracker.rollout, call(4))
    tracker.peer.answers(stored_everything)

    tracker()

    bodies = [request.body for request in tracker.uploads]
    assert lost.exit == Exit.UNREACHABLE
    assert "Waiting on this machine: 3 calls. Nothing is lost." in lost.err
    assert len(set(bodies[:-1])) == 1
    assert [row["input_tokens"] for row in tracker.uploads[-1].json()["calls"]] == [1004]


def test_a_call_that_was_read_better_since_is_sent_as_it_was_and_then_as_it_is(tracker: Tracker) -> None:
    write_rollout(tracker.home, start(), call(1))
    tracker.peer.answers(None)
    tracker()
    append(tracker.rollout, turn("gpt-5-codex"))
    tracker.peer.answers(stored_everything)

    tracker()

    lost, *_, again, better = (request.json()["calls"][0] for request in tracker.uploads)
    assert lost == again
    assert (lost["model"], lost["revision"]) == ("unknown", 1)
    assert (better["id"], better["model"], better["revision"]) == (lost["id"], "gpt-5-codex", 257)
    assert better["reason"] == "completed"


def test_an_upload_id_that_the_server_knows_with_other_bytes_is_given_up_for_a_new_one(tracker: Tracker) -> None:
    tracker.peer.answers(Reply(409, {"code": "upload_id_taken"}), stored_everything)

    run = tracker("--label", "laptop")

    first, second = (request.json() for request in tracker.uploads)
    assert run.exit == Exit.DONE
    assert first["upload_id"] != second["upload_id"]
    assert first["calls"] == second["calls"]


def test_a_server_that_never_takes_an_upload_id_ends_the_run(tracker: Tracker) -> None:
    tracker.peer.answers(Reply(409, {}))

    run = tracker()

    assert run.exit == Exit.SERVER_REFUSED
    assert len(tracker.uploads) == 2


def test_an_upload_that_is_too_large_is_sent_in_halves(tracker: Tracker) -> None:
    def takes_two(request: Request) -> Reply:
        return stored_everything(request) if len(request.json()["calls"]) <= 2 else Reply(413, {})

    append(tracker.rollout, call(4), call(5))
    tracker.peer.answers(takes_two)

    run = tracker()

    assert run.exit == Exit.DONE
    assert [len(request.json()["calls"]) for request in tracker.uploads] == [5, 2, 2, 1]


def test_a_server_that_takes_not_even_one_call_is_given_up(tracker: Tracker) -> None:
    tracker.peer.answers(Reply(413, {}))

    run = tracker()

    assert run.exit == Exit.SERVER_REFUSED
    assert "not even with a single call" in run.err
    assert "3 calls. Nothing is lost" in run.err


def test_refused_calls_are_told_kept_and_not_sent_again(tracker: Tracker) -> None:
    tracker.peer.answers(refusing("impossible", 1))

    first, second = tracker(), tracker()

    assert first.exit == Exit.DONE
    assert "Refused    1 call: impossible. Kept here." in first.out
    assert "nothing new" in second.out
    assert len(tracker.uploads) == 1


def test_a_call_refused_as_from_the_future_is_offered_again_once_its_time_has_come(tracker: Tracker) -> None:
    append(tracker.rollout, call(4, at="2001-01-01T00:00:00.000Z"), call(5, at="2999-01-01T00:00:00.000Z"))
    tracker.peer.answers(refusing("in_the_future", 3, 4), stored_everything)
    tracker()

    again, third = tracker(), tracker()

    assert [row["at"] for row in tracker.uploads[1].json()["calls"]] == ["2001-01-01T00:00:00.000Z"]
    assert "Sent       1 call: 1 new" in again.out
    assert "nothing new" in third.out


def test_a_call_that_does_not_fit_the_contract_stays_here_and_stops_nothing(tracker: Tracker) -> None:
    tracker("--dry-run")
    with Index.open(data_folder() / INDEX) as index, index.transaction() as connection:
        connection.execute("UPDATE calls SET at = 'SENTINEL prompt' WHERE number = 2")

    run = tracker()

    assert run.exit == Exit.DONE
    assert [row["input_tokens"] for row in tracker.uploads[0].json()["calls"]] == [1001, 1003]
    assert "Refused    1 call: at not allowed. Kept here." in run.out
    assert "nothing new" in tracker().out


def test_a_label_travels_once_also_alone(tracker: Tracker) -> None:
    tracker()
    labelled, again = tracker("--label", "work laptop"), tracker("--label", "work laptop")

    assert [request.json().get("label") for request in tracker.uploads] == [None, "work laptop"]
    assert tracker.uploads[1].json()["calls"] == []
    assert "the label only: no call is new" in labelled.out
    assert "nothing new" in again.out


def test_codex_home_is_left_as_it_is(tracker: Tracker) -> None:
    def state() -> list[tuple[Path, int, int, int]]:
        paths = [tracker.home, *sorted(tracker.home.rglob("*"))]
        return [(each, each.stat().st_mode, each.stat().st_size, each.stat().st_ctime_ns) for each in paths]

    before = state()

    tracker()
    tracker.raw("status", "--codex-home", str(tracker.home))
    tracker.raw("doctor", "--codex-home", str(tracker.home))
    tracker.raw("export", "--codex-home", str(tracker.home))

    assert state() == before


def test_two_homes_are_two_sources(tracker: Tracker, tmp_path: Path) -> None:
    other = tmp_path / "other"
    write_rollout(other, start(OTHER_THREAD), turn(), call(9, OTHER_THREAD), thread=OTHER_THREAD)

    run = tracker("--codex-home", str(other), "--codex-home", str(tracker.home))

    assert {request.json()["source"] for request in tracker.uploads}.__len__() == 2
    assert [len(request.json()["calls"]) for request in tracker.uploads] == [3, 1]
    assert "All time   4 calls" in run.out


def test_a_home_that_is_named_in_two_ways_is_read_once(tracker: Tracker, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tracker.home)
    again = [str(tracker.home / "sessions" / ".."), str(tmp_path / "link"), str(tracker.home)]

    run = tracker(*(word for home in again for word in ("--codex-home", home)))

    assert "All time   3 calls, 3,156 tokens in 1 file" in run.out
    assert len(tracker.uploads) == 1


def test_a_server_that_refuses_in_many_words_does_not_fill_the_screen(tracker: Tracker) -> None:
    append(tracker.rollout, *(call(number) for number in range(4, 41)))
    refused = [{"index": place, "reason": f"reason_{place}"} for place in range(40)]
    tracker.peer.answers(receipt_with(added=0, refused=refused))

    run = tracker()

    assert run.out.count("Refused") == 21
    assert "Refused    20 calls for other reasons. Kept here." in run.out


def test_a_home_that_is_not_named_in_this_run_is_not_sent_by_it(tracker: Tracker, tmp_path: Path) -> None:
    other = tmp_path / "other"
    write_rollout(other, start(OTHER_THREAD), turn(), call(9, OTHER_THREAD), thread=OTHER_THREAD)
    tracker("--dry-run", home=other)

    tracker()

    assert [len(request.json()["calls"]) for request in tracker.uploads] == [3]


def test_a_home_that_was_moved_before_it_was_sent_is_sent_from_its_new_place(tracker: Tracker, tmp_path: Path) -> None:
    tracker.peer.answers(*[Reply(503)] * 20)
    assert tracker().exit == Exit.SERVER_BUSY
    tracker.peer.answers(stored_everything)
    tracker.uploads.clear()
    moved = tracker.home.rename(tmp_path / "moved")

    run = tracker(home=moved)

    assert [row["input_tokens"] for row in tracker.uploads[-1].json()["calls"]] == [1001, 1002, 1003]
    assert "All time   3 calls, 3,156 tokens in 1 file" in run.out


@pytest.mark.parametrize("other", [False, True], ids=["no home", "another home"])
def test_what_a_home_that_is_gone_left_waiting_is_sent(tracker: Tracker, tmp_path: Path, other: bool) -> None:
    tracker.peer.answers(*[Reply(503)] * 20)
    tracker()
    tracker.peer.answers(stored_everything)
    tracker.peer.requests.clear()
    shutil.rmtree(tracker.home)
    if other:
        write_rollout(tmp_path / "other", start(OTHER_THREAD), turn(), call(9, OTHER_THREAD), thread=OTHER_THREAD)

    run = tracker(home=tmp_path / "other")
    again = tracker(home=tmp_path / "other")

    sent = [row["input_tokens"] for request in tracker.uploads for row in request.json()["calls"]]
    assert run.exit == Exit.DONE
    assert sorted(sent) == [1001, 1002, 1003] + [1009] * other
    assert again.exit == (Exit.DONE if other else Exit.NOTHING_TO_READ)


def test_a_copy_of_a_home_goes_to_another_user_whole(tracker: Tracker, tmp_path: Path) -> None:
    tracker()
    copy = Path(shutil.copytree(tracker.home, tmp_path / "copy"))

    run = tracker.raw("u_another", "--server", tracker.peer.address, "--codex-home", str(copy))

    assert [len(request.json()["calls"]) for request in tracker.uploads] == [3, 3]
    assert "All time   3 calls" in run.out


def test_calls_that_two_homes_hold_are_found_once_in_a_run_over_both(tracker: Tracker, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(tracker.home, tmp_path / "copy"))
    append(tracker.rollout, call(4))

    run = tracker("--codex-home", str(copy))

    assert "All time   4 calls, 4,210 tokens in 2 files" in run.out


def test_a_missing_home_is_reported_and_the_others_are_sent(tracker: Tracker, tmp_path: Path) -> None:
    run = tracker("--codex-home", str(tmp_path / "nowhere"))

    assert run.exit == Exit.DONE
    assert f"Skipped    {tmp_path / 'nowhere'}: there is no such folder" in run.out
    assert len(tracker.uploads) == 1


def test_a_dry_run_prints_the_rows_that_are_sent_and_needs_neither_account_nor_network(
    tracker: Tracker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CODEXTIME_TOKEN")
    dry = tracker.raw(USER, "--codex-home", str(tracker.home), "--dry-run", "--label", "laptop")
    monkeypatch.setenv("CODEXTIME_TOKEN", TOKEN)
    assert tracker.peer.requests == []
    tracker("--label", "laptop")

    assert dry.err == "Nothing was sent: this is what a run would send.\n"
    [printed], sent = json.loads(dry.out), tracker.uploads[0].json()
    assert dry.exit == Exit.DONE
    assert {**printed, "upload_id": ""} == {**sent, "upload_id": ""}
    assert json.loads(tracker("--dry-run").out) == []


def test_a_dry_run_with_nothing_new_says_so_beside_the_json(tracker: Tracker) -> None:
    tracker("--label", "laptop")

    dry, quiet = tracker("--dry-run", "--label", "laptop"), tracker("--dry-run", "--quiet")

    assert (dry.exit, dry.out) == (Exit.DONE, "[]\n")
    assert dry.err == "Nothing is new: a run would send nothing.\n"
    assert (quiet.out, quiet.err) == ("[]\n", "")


def test_a_dry_run_shows_a_label_that_the_server_does_not_know_yet(tracker: Tracker) -> None:
    tracker("--label", "laptop")

    [printed] = json.loads(tracker("--dry-run", "--label", "desktop").out)

    assert (printed["label"], printed["calls"]) == ("desktop", [])


def test_a_dry_run_names_what_it_could_not_read(tracker: Tracker) -> None:
    (tracker.home / "sessions" / "rollout-1-folder.jsonl").mkdir(parents=True)

    dry = tracker("--dry-run")

    assert "rollout-1-folder.jsonl" in dry.err
    assert "rollout-1-folder.jsonl" not in dry.out


def test_a_dry_run_shows_an_upload_that_waits_with_its_own_id(tracker: Tracker) -> None:
    tracker.peer.answers(Reply(500, {}))
    tracker()
    append(tracker.rollout, call(4))

    first, second = json.loads(tracker("--dry-run").out)

    assert first == tracker.uploads[0].json()
    assert [row["input_tokens"] for row in second["calls"]] == [1004]


def test_a_second_run_beside_the_first_says_so(tracker: Tracker) -> None:
    with one_run_at_a_time(data_folder() / INDEX):
        run = tracker()

    assert run.exit == Exit.ALREADY_RUNNING
    assert "Another run" in run.err


def test_a_machine_without_codex_is_told_what_to_do(tracker: Tracker, tmp_path: Path) -> None:
    run = tracker(home=tmp_path / "nowhere")

    assert run.exit == Exit.NOTHING_TO_READ
    assert "--codex-home DIR" in run.err
    assert tracker.peer.requests == []


def test_a_server_that_is_down_leaves_everything_waiting(tracker: Tracker) -> None:
    tracker.server = f"http://localhost:{find_free_port()}"

    run = tracker()

    assert run.exit == Exit.UNREACHABLE
    assert "Cannot reach" in run.err
    assert run.err.count("Trying again in") == 1  # of four times: this is no terminal
    assert "3 calls. Nothing is lost" in run.err


def test_a_server_that_asks_for_hours_is_left_alone(tracker: Tracker) -> None:
    tracker.peer.answers(Reply(429, {"detail": "Slow down."}, {"Retry-After": "7200"}))

    run = tracker()

    assert run.exit == Exit.SERVER_BUSY
    assert "asks to wait 7200 s" in run.err
    assert tracker.waits == []


def test_a_server_without_encryption_on_a_public_address_gets_nothing(tracker: Tracker) -> None:
    run = tracker.raw(USER, "--server", "http://93.184.216.34", "--allow-http", "--codex-home", str(tracker.home))

    assert run.exit == Exit.USAGE
    assert "Use https://" in run.err


def test_without_a_server_the_message_says_how_to_name_one(tracker: Tracker) -> None:
    run = tracker.raw(USER, "--codex-home", str(tracker.home))

    assert run.exit == Exit.USAGE
    assert "--server" in run.err


def receipt_with(**changes: Any) -> Any:
    """A receipt for every row that was sent, but for these changes."""

    def reply(request: Request) -> Reply:
        return Reply(201, {**stored_everything(request).body, **changes})

    return reply


REFUSED = {"index": 0, "reason": "impossible"}


@pytest.mark.parametrize(
    "changes",
    [
        {"upload_id": "0" * 32},
        {"added": -3},
        {"added": 4, "already_there": -1},
        {"added": 2},
        {"added": 4},
        {"added": 0},
        {"added": 2**70},
        {"withdrawn": 1},
        {"waiting": 1},
        {"waiting": -1},
        {"replacements_waiting": 1},
        {"refused": [REFUSED]},
        {"added": 2, "refused": [{**REFUSED, "index": 3}]},
        {"added": 2, "refused": [{**REFUSED, "index": -1}]},
        {"added": 2, "refused": [{**REFUSED, "part": "withdrawals"}]},
        {"added": 2, "refused": [{**REFUSED, "part": "others"}]},
        {"added": 2, "refused": [{**REFUSED, "id": "0" * 32}]},
        {"added": 1, "refused": [REFUSED, REFUSED]},
    ],
)
def test_a_receipt_that_cannot_be_true_is_taken_as_none(tracker: Tracker, changes: dict[str, Any]) -> None:
    tracker.peer.answers(receipt_with(**changes), stored_everything)

    wrong, again = tracker(), tracker()

    first, second = (request.json() for request in tracker.uploads)
    assert wrong.exit == Exit.SERVER_REFUSED
    assert "Waiting on this machine: 3 calls. Nothing is lost." in wrong.err
    assert again.exit == Exit.DONE
    assert first["calls"] == second["calls"]


def test_a_receipt_counts_calls_in_each_way(tracker: Tracker) -> None:
    tracker.peer.answers(
        receipt_with(added=0, replaced=1, already_there=1, refused=[{**REFUSED, "index": 2, "field": "at"}])
    )

    run = tracker()

    assert run.exit == Exit.DONE
    assert "Sent       3 calls: 1 better counted, 1 already there" in run.out
    assert "Refused    1 call: impossible. Kept here." in run.out


def test_calls_whose_lower_figures_wait_are_said_to_wait(tracker: Tracker) -> None:
    tracker.peer.answers(
        receipt_with(added=0, already_there=3, replacements_waiting=2, withdrawals_url="http://localhost:1/withdrawals")
    )

    run = tracker()

    assert "2 waiting for you, 1 already there" in run.out
    assert "2 calls are replaced by less once you agree, in the browser: " in run.out


@pytest.mark.parametrize(
    "reply",
    [
        Reply(302, b"", {"Location": "http://[::1"}),
        Reply(302, b"", {"Location": "http://example.org:port/"}),
        Reply(302, b""),
        Reply(201, b"{}", {"Content-Encoding": "gzip"}),
        Reply(201, b'{"x":' + b"[" * 200_000 + b"]" * 200_000 + b"}"),
        Reply(201, b"[" * 200_000),
        Reply(201, b"\xff"),
        Reply(204, b""),
        Reply(400, b'{"x":' + b"[" * 200_000 + b"]" * 200_000 + b"}"),
        Reply(400, {"code": "unsupported_protocol", "supported": [10**400]}),
    ],
)
def test_an_answer_that_makes_no_sense_loses_nothing(tracker: Tracker, reply: Reply) -> None:
    tracker.peer.answers(reply, stored_everything)

    run, again = tracker(), tracker()

    assert run.exit == Exit.SERVER_REFUSED
    assert "Waiting on this machine: 3 calls. Nothing is lost." in run.err
    assert "Sent       3 calls: 3 new" in again.out


def test_a_dashboard_at_another_address_is_not_shown(tracker: Tracker) -> None:
    tracker.peer.answers(receipt_with(dashboard_url="https://example.org/dashboard"))

    run = tracker()

    assert f"Dashboard  {tracker.peer.address}/dashboard" in run.out
    assert "example.org" not in run.out


def test_a_quiet_run_says_nothing(tracker: Tracker) -> None:
    run = tracker("--quiet")

    assert (run.exit, run.out, run.err) == (Exit.DONE, "", "")
    assert len(tracker.uploads) == 1


def test_scripts_get_json(tracker: Tracker) -> None:
    write_rollout(tracker.home, "no rollout", thread=OTHER_THREAD)
    tracker.peer.answers(refusing("cached_exceeds_input", 1))

    first, second = tracker("--json"), tracker("--json")

    shown, again = json.loads(first.out), json.loads(second.out)
    assert (first.exit, first.err) == (Exit.DONE, "")
    assert shown["all_time"] == {"calls": 3, "tokens": 3156, "estimated_calls": 0}
    assert shown["dashboard"] == f"{tracker.peer.address}/dashboard"
    assert shown["refused"] == {"cached_exceeds_input": 1}
    assert {name: shown[name] for name in SENT} == dict.fromkeys(SENT, 0) | {"sent": 3, "added": 2}
    assert [OTHER_THREAD in each["path"] for each in shown["skipped"]] == [True]
    assert {name: again[name] for name in SENT} == dict.fromkeys(SENT, 0)
    assert again["refused"] == {}


def test_json_is_of_one_run(tracker: Tracker) -> None:
    run = tracker("--json", "--watch")

    assert (run.exit, run.out) == (Exit.USAGE, "")
    assert "not allowed with" in run.err
    assert tracker.peer.requests == []


def test_without_a_terminal_nothing_is_coloured_or_animated(tracker: Tracker) -> None:
    run = tracker()

    assert run.err == ""
    assert "\x1b" not in run.out
    assert "\r" not in run.out


def test_a_refused_token_of_the_environment_is_named(tracker: Tracker) -> None:
    tracker.peer.answers(Reply(401, {"detail": "This token was revoked."}))

    run = tracker()

    assert run.exit == Exit.TOKEN_REFUSED
    assert "This token was revoked." in run.err
    assert "It is the token of CODEXTIME_TOKEN: put another one there, or unset it" in run.err
    assert TOKEN not in run.err + run.out


def test_a_server_that_is_away_is_not_blamed_on_the_token_of_the_environment(tracker: Tracker) -> None:
    tracker.peer.answers(None)

    run = tracker()

    assert "3 calls. Nothing is lost. To send them, run the same command again." in run.err
    assert "CODEXTIME_TOKEN" not in run.err


@pytest.mark.parametrize(
    "token",
    ["hello", "cxt_", TOKEN[:-1], f"{TOKEN}é", f"{TOKEN[:20]} {TOKEN[20:]}", f"{TOKEN}{TOKEN}", f"Bearer {TOKEN}"],
)
def test_what_cannot_be_a_token_is_refused_before_anything_is_asked(
    tracker: Tracker, monkeypatch: pytest.MonkeyPatch, token: str
) -> None:
    monkeypatch.setenv("CODEXTIME_TOKEN", token)

    run = tracker()

    assert run.exit == Exit.USAGE
    assert "CODEXTIME_TOKEN holds no upload token" in run.err
    assert token not in run.err.replace("one is cxt_ and 40", "")
    assert tracker.peer.requests == []


def test_calls_that_a_better_reading_proves_copied_are_withdrawn(tracker: Tracker, peer: Peer) -> None:
    tracker()
    with Index.open(data_folder() / INDEX) as index, index.transaction() as connection:
        connection.execute(
            "UPDATE calls SET kind = 'withdrawn', reason = 'copied_history', number = 9 WHERE number = 2"
        )

    run = tracker()

    sent = tracker.uploads[1].json()
    assert sent["calls"] == []
    assert sent["withdrawals"] == [
        {"id": tracker.uploads[0].json()["calls"][1]["id"], "revision": 257, "reason": "copied_history"}
    ]
    assert "1 taken back" in run.out
