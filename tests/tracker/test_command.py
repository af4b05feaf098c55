"""The command as a program: help, speed of its start, and what a kill leaves behind."""

import json
import os
import platform
import re
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from codextime_tracker import __version__, compiled
from codextime_tracker.commands import COMMANDS, Command
from codextime_tracker.counting import COUNTER_VERSION
from codextime_tracker.exits import SENTENCES, Exit

from tests.at_once import DEADLINE_SECONDS
from tests.peer import Reply, Request, stored_everything
from tests.tracker.conftest import USER, Tracker
from tests.tracker.homes import THREAD, write_rollout
from tests.tracker.rollouts import Rollout

README = Path(__file__).resolve().parents[2] / "uploader/README.md"


@pytest.mark.parametrize("arguments", [[], ["nonsense"], ["u_"], [USER, "--cheese"], ["U_7xk2m9qvt4bnrs"]])
def test_what_the_command_does_not_know_is_answered_with_the_way_to_help(
    tracker: Tracker, arguments: list[str]
) -> None:
    run = tracker.raw(*arguments)

    assert run.exit == Exit.USAGE
    assert "codextime-tracker --help" in run.err


@pytest.mark.parametrize("text", ["", "   ", "a\nb", "a\x1b[1m", "a\u202eb", "a\udcffb"])
def test_a_label_that_could_not_be_shown_is_refused(tracker: Tracker, text: str) -> None:
    run = tracker("--label", text)

    assert run.exit == Exit.USAGE
    assert "one line of characters that can be shown" in run.err
    assert tracker.peer.requests == []


def test_a_label_that_is_too_long_is_refused_with_the_limit_and_not_cut(tracker: Tracker) -> None:
    run = tracker("--label", "x" * 61)

    assert run.exit == Exit.USAGE
    assert "at most 60 characters, and this one 61" in run.err
    assert tracker.peer.requests == []


def test_spaces_around_a_label_do_not_count(tracker: Tracker) -> None:
    tracker("--label", " " + "x" * 60 + " ")

    assert tracker.uploads[0].json()["label"] == "x" * 60


def test_the_version_is_printed(tracker: Tracker) -> None:
    assert tracker.raw("version").out == f"codextime-tracker {__version__}\n"


def test_scripts_get_the_version_as_json(tracker: Tracker) -> None:
    shown = json.loads(tracker.raw("version", "--json").out)

    assert shown == {
        "version": __version__,
        "protocol": 1,
        "counter": COUNTER_VERSION,
        "python": platform.python_version(),
        "has_compiled_reader": compiled.read_block is not None,
    }


@pytest.mark.parametrize("command", [[], *([name] for name in COMMANDS)])
def test_every_command_has_help(tracker: Tracker, command: list[str]) -> None:
    run = tracker.raw(*command, "--help")

    assert run.exit == Exit.DONE
    assert "usage: codextime-tracker" in run.out


def test_help_has_examples_and_every_exit_code(tracker: Tracker) -> None:
    shown = tracker.raw("--help").out

    assert "codextime-tracker u_yourid --server https://" in shown
    assert all(f"{code}  {sentence}" in shown for code, sentence in SENTENCES.items())


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="has no such device")
@pytest.mark.parametrize("command", [["version"], [USER, "--dry-run"], ["export"]])
def test_an_output_that_is_full_ends_with_a_sentence(tracker: Tracker, command: list[str]) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "codextime_tracker", *command],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            env={**os.environ, "CODEX_HOME": str(tracker.home)},
        )

    assert done.returncode == Exit.CANNOT_WRITE
    assert done.stderr == "Cannot write any further: No space left on device. Nothing is lost: run this again.\n"


def test_what_the_terminal_cannot_show_is_spelled_out(tracker: Tracker, tmp_path: Path) -> None:
    (tracker.home / "sessions" / "rollout-1-é.jsonl").mkdir()

    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "codextime_tracker",
            USER,
            "--server",
            tracker.server,
            "--codex-home",
            str(tracker.home),
        ],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONIOENCODING": "ascii:strict"},
    )

    assert "rollout-1-\\xe9.jsonl" in done.stdout


@pytest.mark.parametrize("command", [[], *([name] for name in COMMANDS)])
def test_every_option_is_in_the_readme(tracker: Tracker, command: list[str]) -> None:
    options = set(re.findall(r"--[a-z-]+", tracker.raw(*command, "--help").out)) - {"--help"}

    assert not options - set(re.findall(r"--[a-z-]+", README.read_text("utf-8")))


@pytest.mark.parametrize("command", COMMANDS.values())
def test_every_command_is_in_the_readme_and_in_the_help(tracker: Tracker, command: Command) -> None:
    assert f"    codextime-tracker {command.usage} " in README.read_text("utf-8")
    assert f"  {command.usage} " in tracker.raw("--help").out


def test_every_exit_code_is_in_the_readme_with_its_sentence() -> None:
    text = README.read_text("utf-8")

    assert all(f"| {code} | {sentence} |" in text for code, sentence in SENTENCES.items())


def imported_by(tracker: Tracker, *arguments: str) -> set[str]:
    """The modules that a fresh process has imported when the command is done."""
    code = "import sys; from codextime_tracker.cli import main\ntry: main(sys.argv[1:])\nexcept SystemExit: pass\n"
    code += "print(*sys.modules, file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True)
    return set(done.stderr.split())


def test_help_starts_without_what_it_does_not_need(tracker: Tracker) -> None:
    loaded = imported_by(tracker, "--help")

    assert not loaded & {"httpx", "msgspec", "sqlite3", "tqdm", "platformdirs", "zstandard", "json"}


def test_a_run_with_nothing_to_send_does_not_even_load_what_could_send(tracker: Tracker) -> None:
    tracker()

    loaded = imported_by(tracker, USER, "--server", tracker.peer.address, "--codex-home", str(tracker.home))

    assert "codextime_tracker.scanning" in loaded
    assert not loaded & {"httpx", "codextime_tracker.client", "tqdm"}
    assert not loaded & {"typing_extensions", "inspect", "dataclasses"}  # a quarter of such a run


def test_an_export_does_not_load_what_only_sending_needs(tracker: Tracker) -> None:
    loaded = imported_by(tracker, "export", "--no-index", "--codex-home", str(tracker.home))

    assert "codextime_tracker.unindexed" in loaded
    assert not loaded & {"httpx", "tqdm", "platformdirs", "typing_extensions", "tempfile", "csv"}
    assert not loaded & {"hashlib", "_hashlib"}  # which load OpenSSL
    assert not loaded & {"sqlite3", "codextime_tracker.index"}  # as no two files tell of one thread


SLOW = {  # to load: all of them together take longer than to read 50 MB
    *(
        "msgspec",
        "typing",
        "enum",
        "re",
        "collections",
        "functools",
        "contextlib",
        "datetime",
        "dataclasses",
        "inspect",
    ),
    *("pathlib", "argparse", "json", "signal", "warnings", "urllib", "importlib", "codextime_tracker.decoding"),
}


def loaded_by_export_of(home: Path, *lines: str) -> set[str]:
    """Slow modules, in a fresh process that nothing but the program makes load any."""
    write_rollout(home, *(f"{line}\n" for line in lines), thread=THREAD)
    program = "import sys; bare = set(sys.modules); from codextime_tracker.cli import main; main(sys.argv[1:]);"
    program += "print(*set(sys.modules) - bare, file=sys.stderr)"
    command = [sys.executable, "-S", "-c", program, "export", "--no-index", "--codex-home", str(home)]
    done = subprocess.run(
        command, env={"PYTHONPATH": os.pathsep.join(sys.path)}, capture_output=True, text=True, check=True
    )
    assert done.stdout.count("\n") == 1
    return SLOW & set(done.stderr.split())


@pytest.mark.skipif(compiled.read_block is None, reason="needs a C compiler and Python's headers")
def test_an_export_of_what_is_usual_loads_nothing_slow(tmp_path: Path) -> None:
    head, turn, count = Rollout(THREAD).turn("gpt-5.5").count((100, 10, 5, 1), (100, 10, 5, 1)).lines

    assert loaded_by_export_of(tmp_path, head, turn, count) == set()
    assert {"msgspec", "codextime_tracker.decoding"} <= loaded_by_export_of(tmp_path, head, turn, f" {count}")


@pytest.mark.skipif(compiled.read_block is None, reason="needs a C compiler and Python's headers")
def test_a_scan_of_what_is_usual_does_not_load_msgspec(tmp_path: Path) -> None:
    rollout = Rollout(THREAD).turn("gpt-5.5").count((100, 10, 5, 1), (100, 10, 5, 1))
    write_rollout(tmp_path, *(f"{line}\n" for line in rollout.lines), thread=THREAD)
    program = "import sys; from codextime_tracker.index import Index; from codextime_tracker.scanning import scan\n"
    program += "with Index.in_memory() as index: print(scan(index, sys.argv[1]).calls.added)\nprint(*sys.modules)"
    alone = {"PYTHONPATH": os.pathsep.join(sys.path)}

    done = subprocess.run(
        [sys.executable, "-S", "-c", program, tmp_path], env=alone, capture_output=True, text=True, check=True
    )

    calls, loaded = done.stdout.splitlines()
    assert calls == "1"
    assert not set(loaded.split()) & {"msgspec", "typing", "pathlib", "re", "enum", "contextlib", "json"}


def test_a_process_ends_with_all_its_output_and_its_exit_code(tracker: Tracker) -> None:
    program = [sys.executable, "-m", "codextime_tracker"]
    export = ["export", "--no-index", "--codex-home", str(tracker.home)]

    done = subprocess.run([*program, *export], capture_output=True, text=True, check=True)
    refused = subprocess.run(
        [*program, "u_bcdfgh", "--server", "nonsense"], capture_output=True, text=True, check=False
    )

    assert done.stdout == tracker.raw(*export).out != ""
    assert refused.returncode == Exit.USAGE


@pytest.mark.skipif(sys.platform == "win32", reason="kills as Unix does")
def test_a_kill_after_the_server_stored_and_before_the_cursor_moved_doubles_nothing(tracker: Tracker) -> None:
    def kill(request: Request) -> Reply:
        os.kill(process.pid, signal.SIGKILL)
        return stored_everything(request)

    tracker.peer.answers(kill, stored_everything)
    arguments = [USER, "--server", tracker.peer.address, "--codex-home", str(tracker.home)]
    process = subprocess.Popen([sys.executable, "-m", "codextime_tracker", *arguments])
    assert process.wait(DEADLINE_SECONDS) == -signal.SIGKILL

    tracker()

    first, second = tracker.uploads
    assert first.body == second.body
    assert "nothing new" in tracker().out


def test_a_defect_is_one_line_that_quotes_no_log(tracker: Tracker, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ValueError("SENTINEL from a log")

    monkeypatch.setattr("codextime_tracker.sync.scan", fail)

    run = tracker()

    assert run.exit == Exit.DEFECT
    assert "ValueError in test_command.py" in run.err
    assert "SENTINEL" not in run.err + run.out
    assert "Traceback" not in run.err


def on_a_terminal(*arguments: str) -> str:
    """What the command draws on a terminal of its own."""
    import pty
    import termios

    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (24, 100))
    command = [sys.executable, "-m", "codextime_tracker", *arguments]
    process = subprocess.Popen(command, stdout=theirs, stderr=theirs, env={**os.environ, "TERM": "xterm"})
    os.close(theirs)
    drawn = b""
    with suppress(OSError):  # Linux says so when the other end is closed
        while piece := os.read(ours, 65536):
            drawn += piece
    os.close(ours)
    assert process.wait(DEADLINE_SECONDS) == Exit.DONE
    return drawn.decode()


@pytest.mark.skipif(sys.platform == "win32", reason="has no such terminals")
def test_on_a_terminal_reading_and_sending_show_how_far_they_are(tracker: Tracker) -> None:
    drawn = on_a_terminal(USER, "--server", tracker.server, "--codex-home", str(tracker.home))

    assert re.search(r"Reading [-|/\\]: ", drawn)
    assert re.search(r"Sending [-|/\\]: ", drawn)
    assert "\x1b[1mAll time" in drawn


@pytest.mark.skipif(sys.platform == "win32", reason="has no such terminals")
def test_who_wants_no_colour_gets_none(tracker: Tracker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")

    drawn = on_a_terminal(USER, "--server", tracker.server, "--codex-home", str(tracker.home))

    assert "All time  " in drawn
    assert "\x1b[1m" not in drawn
