"""The compiled reader reads nothing outside of its block: the pages before and behind it cannot be read."""

import json
import subprocess
import sys

import pytest
from codextime_tracker import compiled

from tests.tracker.test_compiled import THREAD, Rollout, counters

pytestmark = [
    pytest.mark.skipif(compiled.read_block is None, reason="needs a C compiler and Python's headers"),
    pytest.mark.skipif(sys.platform == "win32", reason="protects pages as Unix does"),
]
# Reads every block from the last bytes of a page, and from the first of one, whose neighbours kill who reads them.
PROGRAM = """
import ctypes, json, mmap, sys
from codextime_tracker.compiled import read_block, read_start
from codextime_tracker.copies import Boundary
from codextime_tracker.counting import Counter, State
from codextime_tracker.rollout import NAMES, classes_of_events

PAGES = 3
memory = mmap.mmap(-1, PAGES * mmap.PAGESIZE)
first = ctypes.addressof(ctypes.c_char.from_buffer(memory))
protect = ctypes.CDLL(None, use_errno=True).mprotect
for neighbour in (0, PAGES - 1):
    assert protect(ctypes.c_void_p(first + neighbour * mmap.PAGESIZE), ctypes.c_size_t(mmap.PAGESIZE), 0) == 0
read = 0
for text in json.load(sys.stdin):
    line = text.encode()
    assert len(line) <= mmap.PAGESIZE
    for place in (first + mmap.PAGESIZE, first + 2 * mmap.PAGESIZE - len(line)):
        ctypes.memmove(place, line, len(line))
        block = (ctypes.c_char * len(line)).from_address(place)
        for counter in (None, Counter(State(sys.argv[1], Boundary()))):
            read_block(block, 0, b"", lambda line: None, NAMES, classes_of_events, counter, 9)
            read += 1
        read_start(block, NAMES)
print(read)
if sys.argv[2:]:
    block = (ctypes.c_char * len(line)).from_address(place + 1)
    read_block(block, 0, b"", lambda line: None, NAMES, classes_of_events, None, 9)
"""


def usual_lines() -> list[str]:
    """A line of each kind, with texts that nobody looks at, of which the reader takes eight bytes at a time."""
    usage = (100, 10, 5, 1)
    named = {"thread_id": THREAD, "turn_id": "1", "session_id": THREAD, "root_turn_id": "1", "response_id": "resp_1"}
    sums = {name: counters(usage) for name in ("usage", "turn_token_usage", "thread_token_usage")}
    rollout = Rollout(THREAD).count(usage, usage)
    rollout.line("turn_context", turn_id="1", text="so \\ be it, they say", n=[-0.5, None], model="gpt-5.5")
    rollout.line("event_msg", type="task_started", turn_id="1", window=258_400)
    rollout.line("token_usage_record", **named, **sums)
    limits = {"limit_id": "codex", "primary": {"used_percent": 12.5}, "plan_type": "a text that nobody looks at"}
    info = {"total_token_usage": counters(usage), "last_token_usage": counters(usage)}
    rollout.line("event_msg", type="token_count", info=info, rate_limits=limits)
    return [line.rstrip("\n") for line in rollout.lines[1:]]


def read_between_guards(blocks: list[str], *arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-c", PROGRAM, THREAD, *arguments]
    return subprocess.run(command, input=json.dumps(blocks), capture_output=True, text=True, check=False)


def test_a_block_that_ends_anywhere_is_not_left() -> None:
    blocks = [line[:size] + "\n" for line in usual_lines() for size in range(len(line) + 1)]
    blocks += [line[:size] for line in usual_lines() for size in range(1, len(line) + 1)]
    begin = Rollout(THREAD, source={"subagent": "review"}, parent_thread_id="parent", cli_version="0.169.0").lines[0]
    blocks += [begin[:size] + end for size in range(len(begin) + 1) for end in ("", "\n")]
    blocks += [f"{begin}\n{line[:size]}" for line in usual_lines() for size in range(len(line) + 1)]

    done = read_between_guards(blocks)

    assert (done.returncode, done.stdout) == (0, f"{4 * len(blocks)}\n")


def test_who_leaves_a_block_is_killed() -> None:
    """So that the test above can fail."""
    assert read_between_guards(["\n"], "one byte too far").returncode < 0
