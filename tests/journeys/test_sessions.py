"""Calls grouped by session: only if the owner wants it on the machine and on the server, and what was sent follows."""

import gzip
import io
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from codextime_tracker.call_ids import thread_key
from codextime_tracker.exits import Exit
from codextime_tracker.places import INDEX, SESSION_SWITCHES, data_folder
from django.test import Client
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer

from codextime.accounts.models import User
from codextime.accounts.services import start_session_grouping
from codextime.usage.models import Call, Correction, Thread
from codextime.usage.services import stop_session_grouping
from tests.journeys.test_pairing import decide
from tests.machine import Machine, Run
from tests.peer import Peer, Reply, Request, forwarding
from tests.tables import every_row
from tests.tracker.homes import THREAD, append, call, start, turn, write_rollout

CHILD = "01a1fbca-a638-7000-8000-000000000002"


def key(owner: User, thread: str = THREAD) -> str:
    return thread_key(user_id=owner.public_id, thread_id=thread)


def stored(owner: User) -> list[tuple[int, str | None]]:
    """Input tokens and the key of the thread of each call that counts."""
    calls = Call.objects.filter(user=owner, withdrawn_at=None).values_list("input_tokens", "thread__key")
    return sorted((tokens, found and found.hex) for tokens, found in calls)


def sessions(machine: Machine, *words: str) -> Run:
    return machine.raw("sessions", *words, machine.user, "--server", machine.server)


def grouped(owner: User, *numbers: int) -> list[tuple[int, str | None]]:
    return [(1000 + number, key(owner)) for number in numbers]


def ungrouped(*numbers: int) -> list[tuple[int, str | None]]:
    return [(1000 + number, None) for number in numbers]


def grouping_on(owner: User) -> None:
    start_session_grouping(user=owner, now=timezone.now())


@pytest.fixture
def grouping(paired: Machine, owner: User) -> Machine:
    """Everything sent, with its sessions."""
    grouping_on(owner)
    paired("--group-by-session")
    return paired


@pytest.mark.parametrize("ticked", [True, False])
def test_a_pairing_groups_by_session_if_the_machine_asks_and_the_owner_agrees(
    machine: Machine, website: Client, owner: User, ticked: bool
) -> None:
    decide(machine, website, "approve", **({"groups_by_session": "on"} if ticked else {}))

    run = machine("--no-browser", "--group-by-session")

    assert stored(owner) == (grouped(owner, 1, 2, 3) if ticked else ungrouped(1, 2, 3))
    assert ("/settings" in run.out) != ticked


class Typed(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch, machine: Machine) -> Callable[[str], Typed]:
    """Has somebody sit at the machine who types that: the keyboard, which holds what no question has taken yet."""

    def sit_down(text: str) -> Typed:
        monkeypatch.setattr("sys.stdin", keyboard := Typed(text))
        monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
        return keyboard

    return sit_down


@pytest.mark.parametrize(("answer", "is_grouped"), [("y", True), ("", False)])
def test_the_first_run_on_a_terminal_asks_once_whether_to_group_by_session(
    machine: Machine, website: Client, owner: User, typed: Callable[[str], Typed], answer: str, is_grouped: bool
) -> None:
    decide(machine, website, "approve", groups_by_session="on")
    keyboard = typed(f"{answer}\nfor the next question\n")

    machine("--no-browser")
    append(machine.rollout, call(4))
    machine()

    assert keyboard.read() == "for the next question\n"
    assert stored(owner) == (grouped(owner, 1, 2, 3, 4) if is_grouped else ungrouped(1, 2, 3, 4))


def test_nobody_is_asked_who_wants_quiet_gave_the_option_or_said_so_before(
    paired: Machine, typed: Callable[[str], Typed]
) -> None:
    keyboard = typed("nobody asks\n")

    paired("--quiet")
    paired("--group-by-session")
    sessions(paired, "off")
    paired()

    assert keyboard.read() == "nobody asks\n"


def lose(path: str) -> None:
    for each in data_folder().glob(f"{path}*"):
        each.unlink()


@pytest.mark.parametrize("lost", [INDEX, SESSION_SWITCHES])
@pytest.mark.parametrize("is_on", [True, False])
def test_who_lost_the_index_or_the_file_of_switches_is_not_asked_again(
    grouping: Machine, owner: User, typed: Callable[[str], Typed], lost: str, is_on: bool
) -> None:
    sessions(grouping, "on" if is_on else "off")
    grouping()
    keyboard = typed("nobody asks\n")
    lose(lost)

    grouping()
    append(grouping.rollout, call(4))
    grouping()

    assert keyboard.read() == "nobody asks\n"
    assert stored(owner) == (grouped(owner, 1, 2, 3, 4) if is_on else ungrouped(1, 2, 3, 4))


def test_who_lost_both_is_asked_again(grouping: Machine, owner: User, typed: Callable[[str], Typed]) -> None:
    lose(INDEX)
    lose(SESSION_SWITCHES)
    keyboard = typed("y\n")

    grouping()
    append(grouping.rollout, call(4))
    grouping()

    assert keyboard.read() == ""
    assert stored(owner) == grouped(owner, 1, 2, 3, 4)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"switches": [{"server": 1, "user_id": "u", "is_on": true}]}'])
def test_a_damaged_file_of_switches_stops_the_run_and_says_what_to_do(grouping: Machine, text: str) -> None:
    (data_folder() / SESSION_SWITCHES).write_text(text)

    run = grouping()

    assert run.exit == Exit.CANNOT_WRITE
    assert "sessions.json is damaged. Delete it" in run.err


@pytest.mark.parametrize("is_on_there", [True, False])
def test_with_one_switch_off_no_key_of_a_session_is_stored_or_sent(
    paired: Machine, line: Peer, owner: User, is_on_there: bool
) -> None:
    if is_on_there:
        grouping_on(owner)
    else:
        sessions(paired, "on")
    write_rollout(paired.home, start(CHILD, parent_thread_id=THREAD), turn(), call(9, CHILD), thread=CHILD)

    paired()

    bodies = [request.body for request in line.requests if request.path == "/api/v1/uploads"]
    sent = "".join(gzip.decompress(body).decode() for body in bodies)
    rows = "".join(row.replace("-", "") for _, row in every_row())
    assert stored(owner) == ungrouped(1, 2, 3, 9)
    assert [k for k in (key(owner), key(owner, CHILD), THREAD) if k in sent or k.replace("-", "") in rows] == []
    assert "thread" not in sent


def test_switched_on_later_what_was_sent_follows_once_and_a_further_run_asks_nothing(
    paired: Machine, line: Peer, owner: User
) -> None:
    paired()
    grouping_on(owner)
    sessions(paired, "on")

    run = paired()
    line.requests.clear()
    again = paired()

    assert "3 already there" in run.out
    assert stored(owner) == grouped(owner, 1, 2, 3)
    assert not Correction.objects.exists()
    assert "nothing new" in again.out
    assert line.requests == []


def test_switched_off_here_what_was_sent_is_taken_back_and_no_more_is_sent(grouping: Machine, owner: User) -> None:
    sessions(grouping, "off")
    grouping()
    append(grouping.rollout, call(4))
    grouping()

    assert stored(owner) == ungrouped(1, 2, 3, 4)
    assert not Thread.objects.exists()


def test_the_option_does_not_undo_what_the_owner_switched_off(grouping: Machine, owner: User) -> None:
    sessions(grouping, "off")

    run = grouping("--group-by-session")

    assert stored(owner) == ungrouped(1, 2, 3)
    assert "stay ungrouped here" in run.out


def test_off_and_on_again_on_the_server_between_two_runs_brings_them_all_back(grouping: Machine, owner: User) -> None:
    stop_session_grouping(user=owner)
    grouping_on(owner)
    append(grouping.rollout, call(4))

    grouping()

    assert stored(owner) == grouped(owner, 1, 2, 3, 4)


def test_off_on_the_server_stops_it_on_the_machine_until_it_is_on_again(grouping: Machine, owner: User) -> None:
    stop_session_grouping(user=owner)
    append(grouping.rollout, call(4))
    told = grouping()
    while_off = stored(owner)
    grouping_on(owner)
    grouping()

    assert "does not group calls by session" in told.out
    assert while_off == ungrouped(1, 2, 3, 4)
    assert stored(owner) == grouped(owner, 1, 2, 3, 4)


@pytest.mark.parametrize("is_stored", [True, False], ids=["receipt lost", "never arrived"])
@pytest.mark.parametrize("is_on", [True, False], ids=["on", "off"])
def test_a_run_that_is_cut_in_between_is_made_up_for_by_the_next(
    grouping: Machine, line: Peer, live_server: LiveServer, owner: User, is_on: bool, is_stored: bool
) -> None:
    forward = forwarding(live_server.url)

    def cut(request: Request) -> Reply | None:
        if request.path != "/api/v1/uploads":
            return forward(request)
        if is_stored:
            forward(request)
        return None

    if is_on:
        stop_session_grouping(user=owner)
        grouping_on(owner)
        append(grouping.rollout, call(4))
    else:
        sessions(grouping, "off")
        append(grouping.rollout, call(4))
    line.answers(cut)
    failed = grouping()
    line.answers(forward)
    grouping()

    assert failed.exit == Exit.UNREACHABLE
    assert stored(owner) == (grouped(owner, 1, 2, 3, 4) if is_on else ungrouped(1, 2, 3, 4))
    assert (Correction.objects.count(), Thread.objects.count()) == (0, int(is_on))


def test_homes_of_other_runs_follow_also_if_they_are_gone(paired: Machine, owner: User, tmp_path: Path) -> None:
    other = tmp_path / "other"
    write_rollout(other, start(CHILD), turn(), call(9, CHILD), thread=CHILD)
    paired()
    paired(home=other)
    shutil.rmtree(other)
    grouping_on(owner)

    sessions(paired, "on")
    paired()
    while_on = stored(owner)
    sessions(paired, "off")
    paired()

    assert while_on == [*grouped(owner, 1, 2, 3), (1009, key(owner, CHILD))]
    assert stored(owner) == ungrouped(1, 2, 3, 9)


def test_a_thread_knows_the_one_that_started_it(paired: Machine, owner: User) -> None:
    spawned = {"subagent": {"thread_spawn": {"parent_thread_id": THREAD, "depth": 1}}}
    write_rollout(paired.home, start(CHILD, source=spawned), turn(), call(9, CHILD), thread=CHILD)
    grouping_on(owner)

    paired("--group-by-session")

    parents = {thread.key.hex: thread.parent_key for thread in Thread.objects.filter(user=owner)}
    assert parents[key(owner)] is None
    assert getattr(parents[key(owner, CHILD)], "hex", None) == key(owner)


def test_what_was_taken_back_for_good_is_not_sent_again(paired: Machine, owner: User) -> None:
    paired()
    append(paired.rollout, call(4))
    paired.raw("status", "--codex-home", str(paired.home))
    where = ("--server", paired.server, "--codex-home", str(paired.home))
    paired.raw("forget", paired.user, *where, "--yes-take-it-back")
    append(paired.rollout, call(5))
    grouping_on(owner)

    paired("--group-by-session")

    assert stored(owner) == grouped(owner, 5)


def test_a_dry_run_shows_the_keys_that_would_leave(grouping: Machine, owner: User) -> None:
    append(grouping.rollout, call(4))

    assert f'"thread": "{key(owner)}"' in grouping("--dry-run").out


def test_what_is_set_here_is_shown(paired: Machine) -> None:
    before, _, after = (sessions(paired, word) for word in ("show", "on", "show"))

    assert "without their session" in before.out
    assert "with a hash of their session" in after.out
