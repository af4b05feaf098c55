"""`codextime-tracker export`, run as its users run it."""

import json
import os
import select
import subprocess
import sys
from pathlib import Path

from tests.tracker.rollouts import CORPORA, load

COMMAND = [sys.executable, "-m", "codextime_tracker", "export"]
NEWEST = next(corpus for corpus in CORPORA if corpus.name == "0.169.0")


def export(*arguments: str | Path) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([*COMMAND, *arguments], capture_output=True, check=False)


def test_every_call_is_one_json_object_a_line_by_time() -> None:
    result = export("--codex-home", NEWEST / "home", "--format", "jsonl", "--out", "-")

    rows = [json.loads(line) for line in result.stdout.splitlines()]
    assert (result.returncode, result.stderr) == (0, b"")
    assert len(rows) == sum(model["calls"] for model in load(NEWEST / "expected.json")["by_model"].values())
    assert [row["at"] for row in rows] == sorted(row["at"] for row in rows)
    assert rows[0] == {
        "at": "2026-11-21T01:48:44.695Z",
        "thread": "01a1fbca-a638-7e01-9eeb-4fa186698d51",
        "file": "rollout-2026-11-21T01-48-44-01a1fbca-a638-7e01-9eeb-4fa186698d51.jsonl",
        "model": "gpt-5-codex",
        "input_tokens": 2105,
        "cached_input_tokens": 0,
        "cache_write_input_tokens": 0,
        "output_tokens": 55,
        "reasoning_output_tokens": 0,
        "total_tokens": 2160,
        "flags": [],
    }


def test_a_file_gets_the_same_lines_and_is_for_its_owner_only(tmp_path: Path) -> None:
    out = tmp_path / "calls.jsonl"

    assert export("--codex-home", NEWEST / "home", "--out", out).returncode == 0

    assert out.read_bytes() == export("--codex-home", NEWEST / "home").stdout
    assert out.stat().st_mode & 0o077 == 0
    assert list(tmp_path.iterdir()) == [out]


def test_a_device_or_a_named_pipe_is_written_into_and_never_replaced(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    command = [*COMMAND, "--codex-home", str(NEWEST / "home"), "--out", str(pipe)]

    with subprocess.Popen(command) as writer:
        # Without waiting for a writer: one that replaced the pipe would never come.
        reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
        os.set_blocking(reader, True)
        wait_for_data(reader)
        with os.fdopen(reader, "rb") as lines:
            written = lines.read()

    assert writer.returncode == 0
    assert written == export("--codex-home", NEWEST / "home").stdout
    assert pipe.is_fifo()


def wait_for_data(reader: int) -> None:
    ready, _, _ = select.select([reader], [], [], 30)
    assert ready, "nothing was written"


def test_a_file_that_cannot_be_written_is_a_message(tmp_path: Path) -> None:
    result = export("--codex-home", NEWEST / "home", "--out", tmp_path / "missing" / "calls.jsonl")

    assert result.returncode == 10
    assert b"Choose another file with --out" in result.stderr
    assert b"Traceback" not in result.stderr


def test_a_missing_codex_home_is_a_message(tmp_path: Path) -> None:
    result = export("--codex-home", tmp_path / "nowhere")

    assert result.returncode == 3
    assert b"No Codex home can be read at" in result.stderr
    assert b"--codex-home" in result.stderr


def test_a_reader_that_stops_early_is_no_error() -> None:
    with subprocess.Popen(
        [*COMMAND, "--codex-home", NEWEST / "home"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.close()

        assert process.stderr.read() == b""
        assert process.wait() == 0


def test_logs_without_usage_are_named_no_data() -> None:
    oldest = next(corpus for corpus in CORPORA if corpus.name == "0.23.0")

    result = export("--codex-home", oldest / "home")

    assert (result.returncode, result.stdout) == (0, b"")
    assert b"No data: 13 files" in result.stderr


def test_what_is_skipped_is_told_and_the_rest_is_written(tmp_path: Path) -> None:
    (tmp_path / "sessions" / "rollout-folder.jsonl").mkdir(parents=True)
    good = next((NEWEST / "home").rglob("rollout-*.jsonl"))
    (tmp_path / "sessions" / good.name).write_bytes(good.read_bytes())

    result = export("--codex-home", tmp_path)

    assert result.returncode == 0
    assert result.stdout
    assert b"rollout-folder.jsonl: it has the name of a rollout but is not a file" in result.stderr
