"""Generates Codex homes with the line shapes and sizes of real ones: two eras, the same for the same seed."""

import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

MODELS = ("gpt-5-codex", "gpt-5.5", "gpt-5.1-codex-mini")
CALLS_PER_THREAD = 40
CALLS_PER_TURN = 5
START = datetime(2026, 1, 1, tzinfo=UTC)
WORDS = "the a of to run test file import def return class value error path line open close read write if else for"


def generate_home(home: Path, *, calls: int, megabytes: int, minutes_apart: int = 400, seed: int = 1) -> None:
    """Writes `calls` calls in about `megabytes` MB of rollouts under `home`. Half of the threads log records.

    `minutes_apart`: between the starts of threads.
    """
    dice = random.Random(seed)
    pool = (
        " ".join(dice.choices(WORDS.split(), k=400_000)).replace("def ", 'def \\"x\\" ').replace("return ", "return\\n")
    )
    text_bytes = megabytes * 1_000_000 // calls - 5_200  # what a call's lines have beside its long texts
    for number in range(calls // CALLS_PER_THREAD):
        Thread(dice, pool, START + timedelta(minutes=minutes_apart * number), number % 2 == 0, text_bytes).write(home)


class Thread:
    """One rollout. `has_records`: of 0.169 (records beside counts), else of 0.116 (counts, and repeats of them)."""

    def __init__(self, dice: random.Random, pool: str, born: datetime, has_records: bool, text_bytes: int) -> None:
        self.dice = dice
        self.pool = pool
        self.at = born
        self.has_records = has_records
        self.text_bytes = text_bytes
        self.id = self.uuid7()
        self.name = f"rollout-{born:%Y-%m-%dT%H-%M-%S}-{self.id}.jsonl"
        self.folder = born.strftime("sessions/%Y/%m/%d")
        self.total = dict.fromkeys(
            (
                "input_tokens",
                "cached_input_tokens",
                "cache_write_input_tokens",
                "output_tokens",
                "reasoning_output_tokens",
                "total_tokens",
            ),
            0,
        )
        self.ordinal = 0

    def write(self, home: Path) -> None:
        path = home / self.folder / self.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(f"{line}\n" for line in self.lines()), "utf-8")

    def lines(self) -> Iterator[str]:
        yield self.line(
            "session_meta",
            {
                "id": self.id,
                "timestamp": self.stamp(),
                "cwd": "/home/dev/project",
                "cli_version": "0.169.0" if self.has_records else "0.116.0",
                "source": "cli",
                "instructions": "x" * 9000,
            },
        )
        model = self.dice.choice(MODELS)
        for _ in range(CALLS_PER_THREAD // CALLS_PER_TURN):
            self.at += timedelta(seconds=60)
            turn = self.uuid7()
            yield self.event("task_started", turn_id=turn, model_context_window=258400)
            yield self.line(
                "turn_context",
                {
                    "turn_id": turn,
                    "cwd": "/home/dev/project",
                    "approval_policy": "never",
                    "model": model,
                    "summary": "auto",
                    "user_instructions": "x" * 2500,
                },
            )
            yield self.item(role="user", text=300)
            yield self.event("user_message", message=self.text(300))
            for _ in range(CALLS_PER_TURN):
                yield from self.call_lines(turn)
            yield self.event("task_complete", turn_id=turn, last_agent_message=self.text(400))

    def call_lines(self, turn: str) -> Iterator[str]:
        self.at += timedelta(seconds=self.dice.randint(2, 40), milliseconds=self.dice.randint(0, 999))
        usage = self.use()
        yield self.event("item_completed" if self.has_records else "agent_reasoning", text=self.text(180))
        yield self.line(
            "response_item", {"type": "reasoning", "summary": [], "encrypted_content": "gAAAAAB" + "k" * 1400}
        )
        yield self.line(
            "response_item",
            {"type": "function_call", "name": "exec_command", "call_id": "call_1", "arguments": self.text(220)},
        )
        if self.has_records:
            yield self.line(
                "token_usage_record",
                {
                    "thread_id": self.id,
                    "turn_id": turn,
                    "session_id": self.id,
                    "root_turn_id": turn,
                    "response_id": f"resp_{self.dice.getrandbits(160):040x}",
                    "usage": usage,
                    "turn_token_usage": self.total,
                    "thread_token_usage": self.total,
                },
            )
        else:
            yield self.count(usage)
        size = min(int(self.dice.lognormvariate(0, 1.2) * self.text_bytes / 2.05), 1_000_000)
        yield self.item(role="tool", text=size)
        yield self.count(usage)  # the older era repeats it before the next call

    def use(self) -> dict[str, int]:
        entry, output = self.dice.randint(5_000, 200_000), self.dice.randint(50, 4_000)
        usage = {
            "input_tokens": entry,
            "cached_input_tokens": entry * 9 // 10,
            "cache_write_input_tokens": 0,
            "output_tokens": output,
            "reasoning_output_tokens": output // 3,
            "total_tokens": entry + output,
        }
        self.total = {name: count + usage[name] for name, count in self.total.items()}
        return usage

    def count(self, usage: dict[str, int]) -> str:
        limit = {"used_percent": 12.5, "window_minutes": 300, "resets_at": 1795240000}
        info = {"total_token_usage": self.total, "last_token_usage": usage, "model_context_window": 258400}
        return self.event(
            "token_count",
            info=info,
            rate_limits={
                "limit_id": "codex",
                "limit_name": None,
                "primary": limit,
                "secondary": limit,
                "credits": {"has_credits": True, "unlimited": False, "balance": "42.5"},
                "plan_type": None,
            },
        )

    def item(self, *, role: str, text: int) -> str:
        # Parsed texts are not needed: the pool is escaped once, which keeps the generator quick.
        head = self.line("response_item", {"type": "message", "role": role, "content": "@"})
        return head.replace("@", self.text(text))

    def event(self, kind: str, **payload: object) -> str:
        return self.line("event_msg", {"type": kind, **payload})

    def line(self, kind: str, payload: dict[str, object]) -> str:
        self.ordinal += 1
        ordinal = {"ordinal": self.ordinal} if self.has_records else {}
        return json.dumps(
            {"timestamp": self.stamp(), **ordinal, "type": kind, "payload": payload}, separators=(",", ":")
        )

    def text(self, size: int) -> str:
        start = self.dice.randrange(len(self.pool) - size)
        return self.pool[start : start + size].strip('\\"')

    def stamp(self) -> str:
        return self.at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{self.at.microsecond // 1000:03d}Z"

    def uuid7(self) -> str:
        born = int(self.at.timestamp() * 1000)
        return str(
            UUID(int=born << 80 | 7 << 76 | self.dice.getrandbits(12) << 64 | 2 << 62 | self.dice.getrandbits(62))
        )
