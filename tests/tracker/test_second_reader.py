"""A second process that reads with the first one: nobody can tell from what is found, whatever becomes of it."""

import os
import shutil
import signal
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from select import select

import pytest
from codextime_tracker.counting import Counter
from codextime_tracker.index import Index
from codextime_tracker.lines import Event
from codextime_tracker.scan_report import ScanReport
from codextime_tracker.scanning import scan

from tests.at_once import wait_until
from tests.tracker.homes import call, line, start, turn, write_rollout
from tests.tracker.rollouts import CORPORA

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere one process reads alone")
Act = Callable[[int], object]


def nothing(process: int) -> None:
    """In place of what a process does, given the second one's id, when it has a file in hand."""


def meeting(in_first: Act = nothing, in_second: Act = nothing) -> type[Counter]:
    """A counter that lets either process go on with its first file when the other one has a file in hand too."""
    test, (told, tell), (answered, answer) = os.getpid(), os.pipe(), os.pipe()

    class Meeting(Counter):
        has_met = False

        def feed(self, events: Iterable[Event]) -> None:
            if not Meeting.has_met:
                Meeting.has_met = True
                if os.getpid() == test:
                    second = int.from_bytes(read(told, 4), "big")
                    os.write(answer, b"!")
                    read(told, 1)
                    in_first(second)
                else:
                    os.write(tell, os.getpid().to_bytes(4, "big"))
                    read(answered, 1)
                    os.write(tell, b"!")
                    in_second(os.getpid())
            super().feed(events)

    return Meeting


def read(descriptor: int, size: int) -> bytes:
    assert select([descriptor], [], [], 30)[0]
    return os.read(descriptor, size)


def kill(process: int) -> None:
    os.kill(process, signal.SIGKILL)


def state_of(process: int) -> str:
    """As the kernel tells it: R runs, S waits, Z has ended; empty if it is gone."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return ""


def kill_in_the_middle_of_an_answer(process: int) -> None:
    wait_until(lambda: state_of(process) == "S")  # the pipe is full
    kill(process)


def found_by_one(home: Path) -> tuple[ScanReport, list[str]]:
    return found(home, processes=1)


def found_by_two(home: Path, in_first: Act = nothing, in_second: Act = nothing) -> tuple[ScanReport, list[str]]:
    return found(home, counter=meeting(in_first, in_second), processes=2)


def found(home: Path, *, processes: int, counter: type[Counter] = Counter) -> tuple[ScanReport, list[str]]:
    """What a first scan reports, and every row of the index."""
    with Index.in_memory() as index:
        report = scan(index, home, processes=processes, counter=counter)
        key, report.source_key = report.source_key, ""
        return report, [row.replace(key, "") for row in index.connection.iterdump()]


@pytest.mark.parametrize("corpus", CORPORA, ids=lambda corpus: corpus.name)
def test_two_processes_find_what_one_finds(corpus: Path, tmp_path: Path) -> None:
    home = shutil.copytree(corpus / "home", tmp_path / "home")
    write_threads(home, 4)

    assert found_by_two(home) == found_by_one(home)


DEATHS: dict[str, tuple[dict[str, Act], int]] = {
    "with a file in hand": ({"in_second": kill}, 2),
    "with small answers under way": ({"in_first": kill}, 2),
    "with large answers under way": ({"in_first": kill}, 2_000),
    "in the middle of an answer": ({"in_first": kill_in_the_middle_of_an_answer}, 2_000),
}


@pytest.mark.parametrize("death", DEATHS)
def test_the_death_of_the_second_process_loses_and_doubles_nothing(tmp_path: Path, death: str) -> None:
    end, calls = DEATHS[death]
    write_threads(tmp_path, 5, calls)

    assert found_by_two(tmp_path, **end) == found_by_one(tmp_path)


def test_what_the_second_process_cannot_do_the_first_one_does(tmp_path: Path) -> None:
    def fail(process: int) -> None:
        raise MemoryError

    write_threads(tmp_path, 5)

    assert found_by_two(tmp_path, in_second=fail) == found_by_one(tmp_path)


def test_files_that_cannot_be_read_and_lines_that_cannot_be_counted_are_told_as_by_one_process(tmp_path: Path) -> None:
    damaged = [b"\x28\xb5\x2f\xfd damaged", b"", b"no JSON\n", b'{"record_type":"state"}\n']
    for number, path in enumerate(write_threads(tmp_path, 20)):
        if number % 3 == 1:
            path.unlink()
            path.with_suffix(".jsonl.zst" if number == 1 else ".jsonl").write_bytes(damaged[number // 3 % 4])
        elif number % 3 == 2:
            path.write_bytes(path.read_bytes()[:-40] + b"\n" + call(5).encode()[:-9])
    os.rename(path, os.fsencode(path.with_suffix("")) + b"\xff.jsonl")  # noqa: PTH104 - a name that is no text

    report, rows = found_by_two(tmp_path)

    assert (report, rows) == found_by_one(tmp_path)
    assert len(report.skipped) > 12


def test_an_interrupted_scan_leaves_no_process_behind(tmp_path: Path) -> None:
    seen: list[int] = []

    def interrupt(process: int) -> None:
        seen.append(process)
        raise KeyboardInterrupt

    write_threads(tmp_path, 5)

    with pytest.raises(KeyboardInterrupt):
        found_by_two(tmp_path, in_first=interrupt)

    assert state_of(seen[0]) == ""


def test_the_second_process_ends_when_the_first_is_killed(tmp_path: Path) -> None:
    write_threads(tmp_path, 5, 2_000)
    told, tell = os.pipe()

    def tell_and_wait(second: int) -> None:
        os.write(tell, second.to_bytes(4, "big"))
        signal.pause()

    first = os.fork()
    if first == 0:
        try:
            found_by_two(tmp_path, in_first=tell_and_wait)
        finally:
            os._exit(1)  # it must not go on with the tests
    second = int.from_bytes(read(told, 4), "big")

    kill(first)
    os.waitpid(first, 0)

    try:
        wait_until(lambda: state_of(second) in ("", "Z"))
        assert state_of(second) in ("", "Z")
    finally:
        with suppress(ProcessLookupError):
            kill(second)


def write_threads(home: Path, number: int, calls: int = 2) -> list[Path]:
    """Small rollouts of threads that nothing else knows of."""
    threads = [f"01a1fbca-a638-7000-8000-0000000f{each:04}" for each in range(number)]
    own = [line("event_msg", {"type": "agent_message", "message": thread}) for thread in threads]
    return [
        write_rollout(
            home,
            start(thread),
            turn(),
            own[each],
            *(call(each * calls + n, thread) for n in range(calls)),
            thread=thread,
        )
        for each, thread in enumerate(threads)
    ]
