"""Calls a second of the storing step and through HTTP, beside a raw binary COPY of the same rows.

The yardstick is a COPY of packed rows into a table with the key, index, checks and partitions of the call table. All
take turns with the same rows, so that what else the machine does strikes each of them.
"""

import datetime
import gzip
import json
import random
import statistics
import struct
import time
from collections.abc import Callable, Iterator
from functools import partial
from http.client import HTTPConnection
from typing import Any
from uuid import UUID

from bench.servers import gunicorn, make_person, server

NAME = "ingest"
ROUNDS = {10_000: 11, 500: 41}  # by calls an upload
WARM_UP = 2
NEWEST = datetime.datetime(2026, 11, 20, 12, tzinfo=datetime.UTC)
EPOCH = datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC)  # PostgreSQL's
MODELS = ("gpt-6.1-sol", "gpt-5.6-terra", "gpt-5.4")

MAKE_TABLE = """
CREATE TABLE bench_call (LIKE usage_call INCLUDING ALL) PARTITION BY HASH (user_id);
DO $$ BEGIN FOR part IN 0..15 LOOP
    EXECUTE format(
        'CREATE TABLE bench_call_%s PARTITION OF bench_call FOR VALUES WITH (MODULUS 16, REMAINDER %s)', part, part
    );
END LOOP; END $$;
"""
COPY = """
COPY bench_call (user_id, call_id, at, input_tokens, cached_input_tokens, cache_write_input_tokens, output_tokens,
    reasoning_output_tokens, source_id, model_id, revision) FROM STDIN (FORMAT BINARY)
"""
ROW = struct.Struct("!h ii i16s iq iq iq iq ii ii ii ii ih".replace(" ", ""))

Row = dict[str, Any]  # a call as it stands in an upload
Step = Callable[[list[Row]], float]  # stores the rows; the seconds that it took


def run() -> None:
    with server():
        steps = {"raw COPY": raw_copy(), **storing()}
        with gunicorn() as port:
            steps["through HTTP"] = through_http(port)
            print("| calls an upload | " + " | ".join(f"{name}, calls/s" for name in steps) + " | ratios to COPY |")
            print("|---|" + "---|" * (len(steps) + 1))
            for size, rounds in ROUNDS.items():
                raw, *others = measure(steps, size, rounds)
                speeds = " | ".join(f"{size / seconds:,.0f}" for seconds in (raw, *others))
                ratios = ", ".join(f"{raw / seconds:.2f}" for seconds in others)
                print(f"| {size:,} | {speeds} | {ratios} |")


def measure(steps: dict[str, Step], size: int, rounds: int) -> list[float]:
    """The median seconds of each step."""
    dice = random.Random(size)
    taken: list[list[float]] = []
    for _ in range(rounds + WARM_UP):
        rows = list(make_rows(dice, size))
        taken.append([step(rows) for step in steps.values()])
    return [statistics.median(seconds) for seconds in zip(*taken[WARM_UP:], strict=True)]


def make_rows(dice: random.Random, size: int) -> Iterator[Row]:
    """New calls of a busy month in the order of time, as a first sync sends them."""
    start = NEWEST - datetime.timedelta(days=dice.randint(30, 300))
    for number in range(size):
        at = start + datetime.timedelta(days=30) * (number / size)
        entry, output = dice.randint(5_000, 200_000), dice.randint(50, 4_000)
        yield {
            "id": f"{dice.getrandbits(128):032x}",
            "at": at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z",
            "model": dice.choice(MODELS),
            "input_tokens": entry,
            "cached_input_tokens": entry * 9 // 10,
            "cache_write_input_tokens": 0,
            "output_tokens": output,
            "reasoning_output_tokens": output // 3,
            "revision": 257,
        }


def raw_copy() -> Step:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(MAKE_TABLE)

    def step(rows: list[Row]) -> float:
        packed = pack(rows)
        start = time.perf_counter()
        with connection.cursor() as cursor, cursor.copy(COPY) as copy:
            copy.write(packed)
        return time.perf_counter() - start

    return step


def pack(rows: list[Row]) -> bytes:
    """The rows in PostgreSQL's binary COPY format (its manual, COPY)."""
    packed = [
        ROW.pack(
            *(11, 4, 1, 16, bytes.fromhex(row["id"])),
            *(8, (datetime.datetime.fromisoformat(row["at"]) - EPOCH) // datetime.timedelta(microseconds=1)),
            *(8, row["input_tokens"], 8, row["cached_input_tokens"], 8, 0),
            *(4, row["output_tokens"], 4, row["reasoning_output_tokens"]),
            *(4, 1, 4, 1 + MODELS.index(row["model"]), 2, 257),
        )
        for row in rows
    ]
    return b"".join([b"PGCOPY\n\xff\r\n\0", bytes(8), *packed, b"\xff\xff"])


def storing() -> dict[str, Step]:
    """What stands between decoded rows and the commit, and the same for rows that are there."""
    from codextime.usage.readings import CallReading
    from codextime.usage.services import store_calls

    user = make_person("storing")

    def store(rows: list[Row], *, are_new: bool) -> float:
        calls = [read(CallReading, row) for row in rows]
        start = time.perf_counter()
        counts = store_calls(user=user, device=None, source_key=UUID(int=1), label=None, calls=calls, now=NEWEST)
        seconds = time.perf_counter() - start
        assert counts.added == are_new * len(rows)
        return seconds

    return {"storing": partial(store, are_new=True), "again": partial(store, are_new=False)}


def read(reading: Any, row: Row) -> Any:
    values = {name: value for name, value in row.items() if name not in ("id", "at")}
    return reading(call_id=bytes.fromhex(row["id"]), at=datetime.datetime.fromisoformat(row["at"]), **values)


def through_http(port: int, name: str = "http") -> Step:
    """What a tracker waits for once its upload is packed: from the first byte sent to the last received."""
    from codextime.devices.services import pair_own_device

    user = make_person(name)
    token = pair_own_device(user=user, name="Bench", now=NEWEST)[1]
    connection = HTTPConnection("127.0.0.1", port)
    headers = {"Host": "localhost", "Authorization": f"Bearer {token}"}
    headers |= {"Content-Type": "application/json", "Content-Encoding": "gzip"}

    def step(rows: list[Row]) -> float:
        upload = {"protocol": 1, "upload_id": rows[0]["id"], "user": user.public_id, "source": "1" * 32, "calls": rows}
        body = gzip.compress(json.dumps(upload, separators=(",", ":")).encode(), 6)
        start = time.perf_counter()
        connection.request("POST", "/api/v1/uploads", body, headers)
        receipt = json.loads(connection.getresponse().read())
        seconds = time.perf_counter() - start
        assert receipt.get("added") == len(rows), receipt
        return seconds

    return step
