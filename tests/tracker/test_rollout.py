"""Reading a rollout quickly, line by line, finds exactly what parsing every line as JSON finds."""

import io
import json
import random
from collections.abc import Callable, Iterable

import pytest
from codextime_tracker import decoding, rollout
from codextime_tracker.lines import CountLine, Event
from msgspec import DecodeError

from tests.tracker.rollouts import CORPORA

pytestmark = pytest.mark.usefixtures("each_reader")

LINES = [
    line
    for corpus in CORPORA
    for path in sorted(corpus.rglob("rollout-*.jsonl"))
    for line in path.read_bytes().split(b"\n")
    if len(line) < 20_000
]
Damage = Callable[[random.Random, bytes], bytes]


def change_a_byte(dice: random.Random, line: bytes) -> bytes:
    place = dice.randrange(len(line) + 1)
    return line[:place] + bytes([dice.randrange(256)]) + line[place + 1 :]


def tear(dice: random.Random, line: bytes) -> bytes:
    return line[: dice.randrange(len(line) + 1)]


def shuffle_keys(dice: random.Random, line: bytes) -> bytes:
    try:
        fields = list(json.loads(line).items())
    except ValueError:
        return line
    dice.shuffle(fields)
    return json.dumps(dict(fields), separators=dice.choice([(",", ":"), (", ", ": ")])).encode()


def rename_the_type(dice: random.Random, line: bytes) -> bytes:
    return line.replace(b'"type":"token_count"', b'"type":"token_counts"')


def put_spaces_before(dice: random.Random, line: bytes) -> bytes:
    return b"  " + line


DAMAGES: list[Damage] = [change_a_byte, tear, shuffle_keys, rename_the_type, put_spaces_before]


def some_lines(dice: random.Random) -> bytes:
    """Up to sixty real lines in any order, a third of them damaged, some of them twice, the last perhaps torn."""
    lines = [
        dice.choice(DAMAGES)(dice, line) if dice.random() < 0.3 else line
        for line in dice.choices(LINES, k=dice.randrange(1, 60))
        for _ in range(dice.choice([1, 1, 2]))
    ]
    return b"\n".join(lines) + dice.choice([b"\n", b""])


def parsed(data: bytes) -> Iterable[Event]:
    for line in data.split(b"\n"):
        for reading in (line, line.decode("utf-8", "replace").encode()):
            try:
                event = decoding.any_line.decode(reading)
            except (DecodeError, UnicodeDecodeError):
                continue
            if event is not None:
                yield event
            break


def without_repeats(events: Iterable[Event]) -> list[Event]:
    """A `token_count` that says what the one before it said need not be told again."""
    kept: list[Event] = []
    last = None
    for event in events:
        if isinstance(event, CountLine):
            if event.payload == last:
                continue
            last = event.payload
        kept.append(event)
    return kept


@pytest.mark.parametrize("seed", range(10))
def test_quick_reading_finds_what_parsing_every_line_finds(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    dice = random.Random(seed)  # noqa: S311 - the lines must be the same in every run
    for _ in range(100):
        data = some_lines(dice)
        monkeypatch.setattr(rollout, "CHUNK_BYTES", dice.choice([500, 3000, 256 * 1024]))

        found = without_repeats(rollout.Reading(io.BytesIO(data)))

        assert found == without_repeats(parsed(data))
