"""A small Codex that writes rollouts as its releases do, and keeps its own ledger of what each model call used."""

import json
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

START = datetime(2026, 3, 1, 8, tzinfo=UTC)
FIELDS = ("input_tokens", "cached_input_tokens", "output_tokens", "reasoning_output_tokens")
Four = tuple[int, int, int, int]
ZERO: Four = (0, 0, 0, 0)


@dataclass(frozen=True)
class Era:
    """What a release does. A fork `copies` the parent's lines, or refers to them."""

    version: str
    has_turn_ids: bool = False
    has_records: bool = False
    restarts_on_resume: bool = False
    copies: bool = True


ERAS = {
    "0.63": Era("0.63.0", restarts_on_resume=True),
    "0.80": Era("0.80.0"),
    "0.116": Era("0.116.0", has_turn_ids=True),
    "0.169": Era("0.169.0", has_turn_ids=True, has_records=True, copies=False),
}


@dataclass
class Thread:
    """One thread whose rollout is being written, and what its process remembers."""

    id: str
    born: datetime
    lines: list[dict[str, Any]] = field(default_factory=list)
    total: Four = ZERO
    logged_total: int = 0
    last: Four = ZERO
    model: str = ""
    turn_id: str | None = None
    resumes: int = 0
    before_turn: tuple[Four, int, Four] = (ZERO, 0, ZERO)  # total, logged total and last, which a revert brings back
    segment: str = ""
    former: dict[str, list[dict[str, Any]]] = field(default_factory=dict)  # rollouts before a revert, by name

    @property
    def name(self) -> str:
        return f"rollout-{self.born:%Y-%m-%dT%H-%M-%S}-{self.id}{self.segment}.jsonl"

    @property
    def rollouts(self) -> dict[str, list[dict[str, Any]]]:
        """Lines by the name of their file."""
        return {**self.former, self.name: self.lines}


class Codex:
    """Writes threads of one era. `ledger` counts the calls by thread, model and usage."""

    def __init__(self, era: Era) -> None:
        self.era = era
        self.now = START
        self.threads: list[Thread] = []
        self.ledger: Counter[tuple[str, str, Four]] = Counter()
        self.responses = 0

    def start(self, **session: object) -> Thread:
        self.wait(5_000)
        thread = Thread(self.uuid7(), self.now)
        self.threads.append(thread)
        self.write(thread, "session_meta", self.session(thread.id, **session))
        return thread

    def session(self, thread_id: str, **more: object) -> dict[str, object]:
        return {"id": thread_id, "timestamp": self.stamp, "cli_version": f"{self.era.version}", "source": "cli", **more}

    def turn(self, thread: Thread, model: str) -> None:
        self.wait(2_000)
        thread.model = model
        thread.turn_id = self.uuid7() if self.era.has_turn_ids else None
        thread.before_turn = (thread.total, thread.logged_total, thread.last)
        named = {"turn_id": thread.turn_id} if thread.turn_id else {}
        if named:
            self.event(thread, "task_started", **named)
        self.write(thread, "turn_context", {"model": model, "cwd": "/home/dev", **named})

    def call(self, thread: Thread, used: Four) -> None:
        """A model answers, seconds later."""
        if not thread.model:
            self.turn(thread, "gpt-5")
        self.wait(3_000)
        used = (used[0] + thread.resumes, *used[1:])  # it reads what was said before, so it is not the first call again
        self.ledger[thread.id, thread.model, used] += 1
        self.record(thread, used)
        thread.total = added(thread.total, used)
        thread.logged_total += used[0] + used[2]
        thread.last = used
        self.count(thread)

    def record(self, thread: Thread, used: Four) -> None:
        if not self.era.has_records:
            return
        self.responses += 1
        named = {"thread_id": thread.id, "turn_id": thread.turn_id, "response_id": f"resp_{self.responses:06}"}
        self.write(thread, "token_usage_record", {**named, "usage": counters(used)})

    def refresh(self, thread: Thread) -> None:
        """The same sums again, as before a call or when limits change."""
        self.wait(200)
        if thread.last == ZERO:
            self.event(thread, "token_count", info=None, rate_limits={"primary": None})
        else:
            self.count(thread)

    def compact(self, thread: Thread) -> None:
        """Replaces the context: what it used is logged from the time of records on, outside the sums."""
        self.wait(1_000)
        self.write(thread, "compacted", {"message": "shorter", "replacement_history": []})
        if self.era.has_records and thread.model:
            used = (700, 0, 30, 0)
            self.ledger[thread.id, thread.model, used] += 1
            self.record(thread, used)
        self.count(thread, last=ZERO, last_total=4_000)

    def fill(self, thread: Thread) -> None:
        """The context is full: Codex sets the sums to zero and the total to the window."""
        self.wait(1_000)
        thread.total, thread.last, thread.logged_total = ZERO, ZERO, 258_400
        self.count(thread, last_total=100)

    def revert(self, thread: Thread) -> None:
        """Takes the last turn back, which was paid: older releases say so in a line and keep the sums; newer ones go on
        in another file, whose sums lack the turn."""
        self.wait(1_000)
        if self.era.copies:
            self.event(thread, "thread_rolled_back", num_turns=1)
            self.count(thread, last=ZERO, last_total=3_000)
            return
        thread.former[thread.name] = thread.lines
        thread.lines, thread.segment, thread.turn_id, thread.model = [], f"_{self.uuid7()}", None, ""
        thread.total, thread.logged_total, thread.last = thread.before_turn
        self.write(thread, "session_meta", self.session(thread.id, history_base={"thread_id": thread.id}))

    def resume(self, thread: Thread) -> None:
        self.wait(60_000)
        if self.era.restarts_on_resume:
            thread.total, thread.last, thread.logged_total = ZERO, ZERO, 0
            thread.resumes += 1
            self.refresh(thread)

    def fork(self, parent: Thread) -> Thread:
        """A thread with the parent's history: copied line by line within milliseconds, or referred to."""
        if not self.era.copies:
            child = self.start(forked_from_id=parent.id, history_base={"thread_id": parent.id})
        else:
            child = self.start(**({"forked_from_id": parent.id} if self.era.has_turn_ids else {}))
            for line in parent.lines:
                self.now += timedelta(milliseconds=1)
                child.lines.append({**line, "timestamp": self.stamp})
        child.total, child.logged_total, child.last = parent.total, parent.logged_total, parent.last
        self.wait(12_000)  # somebody types
        return child

    def sub_agent(self, parent: Thread) -> Thread:
        return self.start(source={"subagent": {"thread_spawn": {"parent_thread_id": parent.id, "depth": 1}}})

    def count(self, thread: Thread, *, last: Four | None = None, last_total: int | None = None) -> None:
        latest = thread.last if last is None else last
        info = {
            "total_token_usage": counters(thread.total, thread.logged_total),
            "last_token_usage": counters(latest, last_total),
            "model_context_window": 258_400,
        }
        self.event(thread, "token_count", info=info, rate_limits=None)

    def event(self, thread: Thread, kind: str, **payload: object) -> None:
        self.write(thread, "event_msg", {"type": kind, **payload})

    def write(self, thread: Thread, kind: str, payload: dict[str, Any]) -> None:
        thread.lines.append({"timestamp": self.stamp, "type": kind, "payload": payload})

    def wait(self, milliseconds: int) -> None:
        self.now += timedelta(milliseconds=milliseconds)

    @property
    def stamp(self) -> str:
        return self.now.strftime("%Y-%m-%dT%H:%M:%S.") + f"{self.now.microsecond // 1000:03}Z"

    def uuid7(self) -> str:
        self.responses += 1
        digits = f"{int(self.now.timestamp() * 1000):012x}7000{0x8000:04x}{self.responses:012x}"
        return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))

    def files(self) -> dict[str, bytes]:
        """Every rollout by its path in a Codex home."""
        return {
            f"sessions/{thread.born:%Y/%m/%d}/{name}": "".join(
                json.dumps(line, separators=(",", ":")) + "\n" for line in lines
            ).encode()
            for thread in self.threads
            for name, lines in thread.rollouts.items()
        }

    def save(self, home: Path) -> None:
        for path, data in self.files().items():
            target = home / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)


def added(left: Four, right: Four) -> Four:
    return left[0] + right[0], left[1] + right[1], left[2] + right[2], left[3] + right[3]


def counters(usage: Four, total: int | None = None) -> dict[str, int]:
    named = dict(zip(FIELDS, usage, strict=True))
    return {**named, "total_tokens": usage[0] + usage[2] if total is None else total}
