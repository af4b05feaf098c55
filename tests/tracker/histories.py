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
    """What a release does. A fork `copies` the parent's lines, or refers to them.

    `logs_calls_alone`: no sum is repeated or marked, and nobody forks. `takes_turns` with a release that has records.
    """

    version: str
    has_turn_ids: bool = False
    has_records: bool = False
    restarts_on_resume: bool = False
    copies: bool = True
    logs_calls_alone: bool = False
    takes_turns: bool = False


ERAS = {
    "0.36": Era("0.36.0", restarts_on_resume=True, logs_calls_alone=True),
    "0.63": Era("0.63.0", restarts_on_resume=True),
    "0.80": Era("0.80.0"),
    "0.116": Era("0.116.0", has_turn_ids=True),
    "0.169": Era("0.169.0", has_turn_ids=True, has_records=True, copies=False),
    "0.130 and 0.169": Era("0.130.0", has_turn_ids=True, takes_turns=True),
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
    first_ordinal: int = 0
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
        self.has_records = era.has_records
        self.now = START
        self.threads: list[Thread] = []
        self.ledger: Counter[tuple[str, str, Four]] = Counter()
        self.responses = 0

    def start(self, *, first_ordinal: int = 0, **session: object) -> Thread:
        self.wait(5_000)
        thread = Thread(self.uuid7() if self.era.version != "0.36.0" else self.uuid4(), self.now)
        thread.first_ordinal = first_ordinal
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
        self.add(thread, used)
        thread.last = used
        self.count(thread)

    def add(self, thread: Thread, used: Four) -> None:
        thread.total = added(thread.total, used)
        thread.logged_total += used[0] + used[2]

    def record(self, thread: Thread, used: Four) -> None:
        if not self.has_records:
            return
        self.responses += 1
        turn = {"turn_id": thread.turn_id, "session_id": thread.id, "root_turn_id": thread.turn_id}
        named = {"thread_id": thread.id, **turn, "response_id": f"resp_{self.responses:06}"}
        running = counters(added(thread.total, used))
        sums = {"usage": counters(used), "turn_token_usage": running, "thread_token_usage": running}
        self.write(thread, "token_usage_record", {**named, **sums})

    def incomplete(self, thread: Thread, used: Four) -> None:
        """A response that was cut off, with usage: the record has it and the sums too, but no last call. Releases
        without records write nothing of it."""
        if not self.has_records or not thread.model:
            return
        self.wait(3_000)
        self.ledger[thread.id, thread.model, used] += 1
        self.record(thread, used)
        self.add(thread, used)
        thread.last = ZERO
        self.count(thread)

    def kill(self, thread: Thread, used: Four) -> None:
        """The process is killed while a tool runs: there is a record, and when the thread goes on, the sums have lost
        the call. Releases without records had written the call before."""
        if self.era.takes_turns or not self.has_records or not thread.model:
            return  # a later call with the same usage and without a record could not be told from this one
        self.wait(3_000)
        self.ledger[thread.id, thread.model, used] += 1
        self.record(thread, used)
        self.resume(thread)

    def update(self, thread: Thread) -> None:
        """Another release goes on with all threads: one with records, or again one without."""
        if self.era.takes_turns:
            self.has_records = not self.has_records

    def talk(self, thread: Thread) -> None:
        """What people, models and tools say: also of rollouts, in any script."""
        quoted = thread.lines[-1]
        text = f"{json.dumps(quoted)}\n\u2028{json.dumps(json.dumps(quoted))} \U0001f600"
        self.write(thread, "response_item", {"type": "message", "role": "user", "content": [{"text": text}]})
        self.event(thread, "agent_message", message=text)

    def news(self, thread: Thread) -> None:
        """Lines of a release to come."""
        self.write(thread, "token_forecast", {"type": "token_count", "usage": counters((900, 0, 90, 0))})
        self.event(thread, "token_forecast", info=self.info(thread, (900, 0, 90, 0), None))

    def refresh(self, thread: Thread) -> None:
        """The same sums again, as before a call or when limits change."""
        if self.era.logs_calls_alone:
            return
        self.wait(200)
        if thread.last == ZERO:
            self.event(thread, "token_count", info=None, rate_limits={"primary": None})
        else:
            self.count(thread)

    def compact(self, thread: Thread) -> None:
        """Replaces the context: what it used is logged from the time of records on, outside the sums."""
        self.wait(1_000)
        records = [line["payload"] for line in thread.lines if line["type"] == "token_usage_record"]
        copied = {"latest_token_usage_record": records[-1]} if records else {}
        self.write(thread, "compacted", {"message": "shorter", "replacement_history": [], **copied})
        if self.has_records and thread.model:
            used = (700, 0, 30, 0)
            self.ledger[thread.id, thread.model, used] += 1
            self.record(thread, used)
        if not self.era.logs_calls_alone:
            self.count(thread, last=ZERO, last_total=4_000)

    def fill(self, thread: Thread) -> None:
        """The context is full: Codex sets the sums to zero and the total to the window."""
        if self.era.logs_calls_alone:
            return
        self.wait(1_000)
        thread.total, thread.last, thread.logged_total = ZERO, ZERO, 258_400
        self.count(thread, last_total=100)

    def revert(self, thread: Thread) -> None:
        """Takes the last turn back, which was paid: older releases say so in a line and keep the sums; newer ones go on
        in another file, whose sums lack the turn."""
        if self.era.logs_calls_alone:
            return
        self.wait(1_000)
        if self.era.copies:
            self.event(thread, "thread_rolled_back", num_turns=1)
            self.count(thread, last=ZERO, last_total=3_000)
            return
        thread.former[thread.name] = thread.lines
        thread.first_ordinal += len(thread.lines)
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
        if self.era.logs_calls_alone:
            return parent
        if not self.era.copies:
            base = parent.first_ordinal + len(parent.lines)
            child = self.start(first_ordinal=base, forked_from_id=parent.id, history_base={"thread_id": parent.id})
        else:
            child = self.start(**({"forked_from_id": parent.id} if self.era.has_turn_ids else {}))
            self.copy(parent.lines, child)
        child.total, child.logged_total, child.last = parent.total, parent.logged_total, parent.last
        self.wait(12_000)  # somebody types
        return child

    def sub_agent(self, parent: Thread) -> Thread:
        return self.start(source=spawned_by(parent))

    def spawn(self, parent: Thread) -> Thread:
        """A sub-agent that is given the parent's history. Releases with records leave out its usage and begin the sums
        anew, those before leave out its turns; the ones without ids of turns give no history."""
        if not self.era.has_turn_ids:
            return self.sub_agent(parent)
        named = {"source": spawned_by(parent), "forked_from_id": parent.id}
        if self.era.copies:
            child = self.start(**named)
            self.copy([line for line in parent.lines if line["type"] != "turn_context"], child)
            child.total, child.logged_total, child.last = parent.total, parent.logged_total, parent.last
        else:
            kept = [line for line in parent.lines if not tells_usage(line)]
            child = self.start(**named, subagent_history_start_ordinal=1 + len(kept))
            self.copy(kept, child)
        self.turn(child, parent.model or "gpt-5")
        return child

    def copy(self, lines: list[dict[str, Any]], child: Thread) -> None:
        for line in lines:
            self.now += timedelta(milliseconds=1)
            self.write(child, line["type"], line["payload"])

    def count(self, thread: Thread, *, last: Four | None = None, last_total: int | None = None) -> None:
        info = self.info(thread, thread.last if last is None else last, last_total)
        self.event(thread, "token_count", info=info, rate_limits=self.limits())

    def info(self, thread: Thread, last: Four, last_total: int | None) -> dict[str, object]:
        return {
            "total_token_usage": counters(thread.total, thread.logged_total),
            "last_token_usage": counters(last, last_total),
            "model_context_window": 258_400,
        }

    def limits(self) -> dict[str, object] | None:
        """They change now and then."""
        used = self.responses % 7
        window = {"used_percent": used * 12.5, "window_minutes": 300, "resets_at": 1_795_240_000}
        return {"limit_id": "codex", "primary": window, "secondary": None, "credits": None} if used else None

    def event(self, thread: Thread, kind: str, **payload: object) -> None:
        self.write(thread, "event_msg", {"type": kind, **payload})

    def write(self, thread: Thread, kind: str, payload: dict[str, Any]) -> None:
        placed = {} if self.era.copies else {"ordinal": thread.first_ordinal + len(thread.lines)}
        thread.lines.append({"timestamp": self.stamp, **placed, "type": kind, "payload": payload})

    def wait(self, milliseconds: int) -> None:
        self.now += timedelta(milliseconds=milliseconds)

    @property
    def stamp(self) -> str:
        return self.now.strftime("%Y-%m-%dT%H:%M:%S.") + f"{self.now.microsecond // 1000:03}Z"

    def uuid7(self) -> str:
        self.responses += 1
        digits = f"{int(self.now.timestamp() * 1000):012x}7000{0x8000:04x}{self.responses:012x}"
        return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))

    def uuid4(self) -> str:
        self.responses += 1
        return f"00000000-0000-4000-8000-{self.responses:012x}"

    def files(self) -> dict[str, bytes]:
        """Every rollout by its path in a Codex home."""
        return {
            f"sessions/{thread.born:%Y/%m/%d}/{name}": "".join(
                json.dumps(line, separators=(",", ":"), ensure_ascii=False) + "\n" for line in lines
            ).encode()
            for thread in self.threads
            for name, lines in thread.rollouts.items()
        }

    def save(self, home: Path) -> None:
        for path, data in self.files().items():
            target = home / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)


def spawned_by(parent: Thread) -> dict[str, object]:
    return {"subagent": {"thread_spawn": {"parent_thread_id": parent.id, "depth": 1}}}


def tells_usage(line: dict[str, Any]) -> bool:
    return line["type"] == "token_usage_record" or line["payload"].get("type") == "token_count"


def added(left: Four, right: Four) -> Four:
    return left[0] + right[0], left[1] + right[1], left[2] + right[2], left[3] + right[3]


def counters(usage: Four, total: int | None = None) -> dict[str, int]:
    named = dict(zip(FIELDS, usage, strict=True))
    return {**named, "total_tokens": usage[0] + usage[2] if total is None else total}
