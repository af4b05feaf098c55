"""The compiled reader counts what is usual itself, and ends where Python's counter would."""

import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import pytest
from codextime_tracker import compiled
from codextime_tracker.copies import Boundary, NeedsTotals
from codextime_tracker.counting import Counter
from codextime_tracker.discovery import RolloutFile
from codextime_tracker.passes import begin_whole_pass, read_head
from codextime_tracker.rollout import Reading
from codextime_tracker.states import encode_state
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tracker.counters import NextCounter
from tests.tracker.rollouts import CORPORA, Usage, counters

pytestmark = pytest.mark.skipif(compiled.read_block is None, reason="needs a C compiler and Python's headers")
THREAD = "01a1fbc8-0000-7000-8000-000000000001"
ROLLOUTS = sorted(path for corpus in CORPORA for path in corpus.rglob("rollout-*.jsonl"))
SMALL_ROLLOUTS = [path for path in ROLLOUTS if path.stat().st_size < 100_000]
IMPORTED = "external-import-turn-1"

# Few different values, so that lines often look alike; and some at or beyond what the compiled counter takes.
USAGES: Sequence[Usage] = ((100, 0, 10, 0), (100, 0, 10, 5), (200, 100, 10, 0), (0, 0, 0, 0))
TIMES = ("2026-02-28T23:59:59.999Z", "2026-11-20T10:00:00.000Z", "2026-11-20T10:00:00.001Z", "2026-12-31T00:00:00.000Z")
NO_TIMES = (
    "2026-02-29T10:00:00.000Z", "2024-02-29T10:00:00.000Z", "2026-13-01T10:00:00.000Z", "2026-11-31T10:00:00.000Z",
    "2026-11-20T24:00:00.000Z", "2026-11-20T10:60:00.000Z", "2026-11-20T10:00:60.000Z", "2026-11-20 10:00:00.000Z",
    "0000-11-20T10:00:00.000Z", "2026-11-00T10:00:00.000Z", "2026-11-20T10:00:00,000Z", "", "2026-11-20T10:00:00.0001",
)  # fmt: skip
MONTH, *HOUR_MINUTE_SECOND = 5, 11, 14, 17  # where they stand in an instant


class Step(NamedTuple):
    """One line; each kind takes what it needs."""

    kind: str
    used: Usage
    time: str
    turn: str | None
    model: str
    response: str
    thread: str
    has_ordinal: bool


steps = st.builds(
    Step,
    st.sampled_from(["turn", "task", "both", "both", "record", "count", "again", "again", "leap", "lump", "restart"]),
    st.sampled_from(USAGES),
    st.sampled_from(TIMES * 5 + NO_TIMES),
    st.sampled_from([None, "", IMPORTED, *map(str, range(20)), *"0123" * 20]),
    st.sampled_from(["", "gpt-5", "gpt-5.5", "gpt-\u00e9", "gpt-\\"]),
    st.sampled_from(["", "r" * 200, "r" * 201, *map(str, range(40))]),
    st.sampled_from([THREAD] * 9 + ["another"]),
    st.booleans(),
)


class Writer:
    """Writes lines as Codex does, down to the order of the fields."""

    def __init__(self, **session: object) -> None:
        self.lines: list[str] = []
        self.total: Usage = (0, 0, 0, 0)
        self.line(TIMES[0], None, "session_meta", {"id": THREAD, "cli_version": "0.169.0", **session})

    def line(self, time: str, ordinal: int | None, kind: str, payload: object, *, is_ascii: bool = True) -> None:
        head = {"timestamp": time} | ({} if ordinal is None else {"ordinal": ordinal})
        line = head | {"type": kind, "payload": payload}
        self.lines.append(json.dumps(line, separators=(",", ":"), ensure_ascii=is_ascii) + "\n")

    def take(self, step: Step) -> None:
        used, ordinal = step.used, len(self.lines) if step.has_ordinal else None
        turn = {} if step.turn is None else {"turn_id": step.turn}
        if step.kind == "turn":
            text = 'said "so"\n' + ("\u00e9" if step.has_ordinal else "")
            self.line(step.time, ordinal, "turn_context", {**turn, "text": text, "model": step.model, "n": [0.5]})
        if step.kind == "task":
            self.line(step.time, ordinal, "event_msg", {"type": "task_started", **turn, "window": 1})
        if step.kind in ("both", "record"):
            named = {"thread_id": step.thread, "turn_id": step.turn or "", "session_id": THREAD, "root_turn_id": ""}
            sums = dict.fromkeys(("turn_token_usage", "thread_token_usage"), counters(self.total))
            record = {**named, "response_id": step.response, "usage": counters(used), **sums}
            self.line(step.time, ordinal, "token_usage_record", record)
        if step.kind in ("both", "count", "leap", "lump"):
            moved = used if step.kind != "lump" else (used[0] * 2, used[1] * 2, used[2] * 2, used[3] * 2)
            self.total = plus(self.total, moved if step.kind != "leap" else (-1, 0, 500, 0))
        if step.kind == "restart":
            self.total = used
        if step.kind not in ("turn", "task", "record"):
            info = {"total_token_usage": counters(self.total), "last_token_usage": counters(used)}
            self.line(step.time, ordinal, "event_msg", {"type": "token_count", "info": info, "rate_limits": None})


def plus(left: Usage, right: Usage) -> Usage:
    return left[0] + right[0], left[1] + right[1], left[2] + right[2], left[3] + right[3]


class Pieces(io.BytesIO):
    """A file that is read in pieces of some size."""

    def __init__(self, data: bytes, size: int) -> None:
        super().__init__(data)
        self.most = size

    def read(self, size: int | None = -1, /) -> bytes:
        return super().read(self.most)


def standing(data: bytes, *, is_compiled: bool, piece: int = 1_000_000, counter: type[Counter] = Counter) -> object:
    """Where a counter stands after a whole file: all that is stored of it, or compared with forks."""
    with pytest.MonkeyPatch.context() as patch:
        if not is_compiled:
            patch.setattr(compiled, "read_block", None)
        file = RolloutFile("", f"rollout-{THREAD}.jsonl", False, 1, 1, len(data), 1)
        try:
            turn = begin_whole_pass(file, Pieces(data, piece), counter, is_again=False)
        except NeedsTotals as need:
            return str(need)
        turn.run()
    made = turn.counter
    if made is None:
        return turn.reading.offset
    found = (encode_state(made.state), list(made.calls.items()), made.copied, made.totals, made.instants, made.undated)
    return *found, made.holds_copies, made.without_model, turn.reading.offset


def events_left_to_python(data: bytes) -> int:
    reading, left = Reading(io.BytesIO(data)), 0
    head = read_head(reading, "")
    assert head is not None
    reading.counter = counter = Counter(head.state(Boundary()))
    for event in head.events:
        counter.feed([event])
        left += 1
    return left


@pytest.mark.parametrize("path", ROLLOUTS, ids=lambda path: f"{path.parents[5].parent.name}-{path.stem[-12:]}")
def test_real_rollouts_end_where_python_ends(path: Path) -> None:
    data = path.read_bytes()

    assert standing(data, is_compiled=True) == standing(data, is_compiled=False)


@settings(max_examples=400)
@given(st.lists(steps, max_size=60), st.booleans(), st.sampled_from([700, 3_000, 1_000_000]))
def test_any_order_of_lines_ends_where_python_ends(taken: list[Step], is_fork: bool, piece: int) -> None:
    writer = Writer(**({"forked_from_id": "another", "history_base": {}} if is_fork else {}))
    for step in taken:
        writer.take(step)
    data = "".join(writer.lines).encode()

    assert standing(data, is_compiled=True, piece=piece) == standing(data, is_compiled=False, piece=piece)


@given(st.sampled_from(SMALL_ROLLOUTS), st.lists(st.tuples(st.floats(0, 1), st.binary(max_size=3)), max_size=3))
def test_a_real_rollout_with_any_bytes_changed_ends_where_python_ends(
    path: Path, changes: list[tuple[float, bytes]]
) -> None:
    data = path.read_bytes()
    for share, put in changes:
        place = int(share * len(data))
        data = data[:place] + put + data[place + 3 :]

    assert standing(data, is_compiled=True) == standing(data, is_compiled=False)


def test_what_is_usual_needs_no_python() -> None:
    writer = Writer()
    for number in range(100):
        usual = Step("turn", USAGES[1], TIMES[1 + number // 90], str(number // 5), "gpt-5", str(number), THREAD, False)
        writer.take(usual)
        writer.take(usual._replace(kind="task"))
        writer.take(usual._replace(kind="both", has_ordinal=True))
        writer.take(usual._replace(kind="count", time=f"2026-11-21T10:{number // 60:02}:{number % 60:02}.000Z"))
        writer.take(usual._replace(kind="again"))

    left = events_left_to_python("".join(writer.lines).encode())

    assert left == 1  # with which the head of the file ends


SESSION_FIELDS = {
    "forked_from_id": [None, "another", 7],
    "history_base": [None, {}, {"thread_id": "another"}],
    "subagent_history_start_ordinal": [None, 2, "2"],
    "parent_thread_id": [None, "", "parent", "p\u00e9", 7],
    "source": [None, "cli", "\u00e9", [], {"subagent": {"thread_spawn": {"parent_thread_id": "spawning"}}}],
    "cli_version": [None, "", "0.152.9", "0.153.0-alpha", "1", "x.1", 7],
    "timestamp": [None, "", TIMES[0], 7],
    "history_mode": [None, "paginated", {}],
    "id": [THREAD, "", "\u00e9", None, 7],
    "base_instructions": [None, {"text": 'Say \u201cso\u201d:\n"\\"'}],
}
ODD_FIELDS = [(name, value) for name, values in SESSION_FIELDS.items() for value in values]
ENDS_OF_HEADS = {
    "nothing": [],
    "a turn": [Step("turn", USAGES[1], TIMES[1], "1", "gpt-5", "", THREAD, False)],
    "an invented turn": [Step("turn", USAGES[1], TIMES[1], "rollout-7", "gpt-5", "", THREAD, False)],
    "a call": [Step("count", USAGES[1], TIMES[1], None, "", "", THREAD, True)],
    "a record": [Step("record", USAGES[1], TIMES[1], "1", "gpt-5", "1", THREAD, False)],
}


def ends_alike(sessions: Sequence[dict[str, object]], end: str, time: str, *, is_ascii: bool) -> bool:
    writer = Writer()
    writer.lines.clear()
    for each in sessions:
        writer.line(time, None, "session_meta", {"id": THREAD, "cli_version": "0.169.0", **each}, is_ascii=is_ascii)
    for step in (*ENDS_OF_HEADS[end], USUAL, USUAL._replace(kind="count", time=TIMES[2])):
        writer.take(step)
    data = "".join(writer.lines).encode()
    return standing(data, is_compiled=True) == standing(data, is_compiled=False)


@pytest.mark.parametrize(("name", "value"), ODD_FIELDS, ids=str)
def test_a_thread_with_any_field_ends_where_python_ends(name: str, value: object) -> None:
    assert ends_alike([{name: value}], "nothing", TIMES[0], is_ascii=False)


@given(
    st.lists(st.sampled_from(ODD_FIELDS), max_size=4).map(dict),
    st.sampled_from(sorted(ENDS_OF_HEADS)),
    st.booleans(),
    st.booleans(),
    st.sampled_from(TIMES * 3 + NO_TIMES),
)
def test_any_start_of_a_file_ends_where_python_ends(
    session: dict[str, object], end: str, has_copy: bool, is_ascii: bool, time: str
) -> None:
    sessions = [session, {"id": "another", "timestamp": TIMES[0]}] if has_copy else [session]

    assert ends_alike(sessions, end, time, is_ascii=is_ascii)


@pytest.mark.parametrize("time", TIMES + NO_TIMES)
def test_a_start_at_any_time_ends_where_python_ends(time: str) -> None:
    writer = Writer()
    writer.lines.clear()
    writer.line(time, None, "session_meta", {"id": THREAD, "cli_version": "0.169.0"})
    writer.take(USUAL)
    writer.take(USUAL._replace(kind="count", time=NO_TIMES[0]))  # which is at the time of what came before
    data = "".join(writer.lines).encode()

    assert standing(data, is_compiled=True) == standing(data, is_compiled=False)


@pytest.mark.parametrize("again", ['"info":INFO', '"type":"task_started"', '"new":1e5'])
def test_a_count_that_tells_nothing_and_then_something_ends_where_python_ends(again: str) -> None:
    info = {"total_token_usage": counters(USAGES[0]), "last_token_usage": counters(USAGES[0])}
    writer = Writer()
    writer.take(USUAL)
    writer.line(TIMES[1], None, "event_msg", {"type": "token_count", "info": None, "rate_limits": None})
    writer.lines[-1] = writer.lines[-1].replace(
        "}}", f",{again}}}}}".replace("INFO", json.dumps(info, separators=(",", ":")))
    )
    writer.take(USUAL._replace(kind="again", time=TIMES[2]))
    data = "".join(writer.lines).encode()

    assert standing(data, is_compiled=True) == standing(data, is_compiled=False)


@pytest.mark.parametrize(
    "again",
    [
        '"id":"b"',
        '"parent_thread_id":"b"',
        '"parent_thread_id":null',
        '"forked_from_id":"b"',
        '"cli_version":"0.1.0"',
        '"timestamp":7',
    ],
)
def test_of_a_field_of_a_thread_that_comes_twice_the_latter_counts(again: str) -> None:
    writer = Writer(parent_thread_id="a", forked_from_id=None, timestamp=TIMES[0])
    writer.lines[0] = writer.lines[0].replace("}}", f",{again}}}}}")
    writer.take(USUAL)
    writer.take(USUAL._replace(kind="count"))
    data = "".join(writer.lines).encode()

    assert standing(data, is_compiled=True) == standing(data, is_compiled=False)


@pytest.mark.parametrize("end", ENDS_OF_HEADS)
def test_a_start_with_any_next_line_ends_where_python_ends(end: str) -> None:
    assert ends_alike([{}], end, TIMES[0], is_ascii=True)
    assert ends_alike([{}, {"id": "another"}], end, TIMES[0], is_ascii=True)


@pytest.mark.parametrize("session", [{}, {"parent_thread_id": "parent", "source": {"subagent": "review"}}], ids=str)
def test_a_thread_that_copied_nothing_needs_no_python(
    session: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    instructions = {"text": "Say \u201cso\u201d.\n" * 1_000}
    writer = Writer()
    writer.lines.clear()
    told = {"id": THREAD, "timestamp": TIMES[0], "forked_from_id": None, "base_instructions": instructions, **session}
    writer.line(TIMES[0], None, "session_meta", told, is_ascii=False)
    writer.line(TIMES[1], None, "event_msg", {"type": "token_count", "info": None, "rate_limits": {"primary": None}})
    for kind in ("task", "turn", "count", "again"):
        writer.take(USUAL._replace(kind=kind))
    data = "".join(writer.lines).encode()
    expected = standing(data, is_compiled=False)
    monkeypatch.setattr(Reading, "decode", None)

    assert standing(data, is_compiled=True) == expected


def odd_times(start: int) -> list[str]:
    """A usual instant with all that two digits at `start` can say; a month also with all days."""
    made = [f"{TIMES[1][:start]}{number:02}{TIMES[1][start + 2 :]}" for number in range(100)]
    return [f"{time[:8]}{day:02}{time[10:]}" for time in made for day in range(100)] if start == MONTH else made


@pytest.mark.parametrize("start", [MONTH, *HOUR_MINUTE_SECOND])
def test_only_what_python_takes_for_an_instant_is_one(start: int) -> None:
    writer = Writer()
    writer.take(USUAL)
    for time in odd_times(start):
        writer.take(USUAL._replace(kind="count", time=time))
    data = "".join(writer.lines).encode()

    assert standing(data, is_compiled=True) == standing(data, is_compiled=False)


USUAL = Step("turn", USAGES[1], TIMES[1], "1", "gpt-5", "1", THREAD, False)
ODD = {
    "an imported turn": [USUAL, USUAL._replace(kind="record", turn=IMPORTED)],
    "a turn before the last sixteen": [
        *(USUAL._replace(turn=str(number), model=f"gpt-{number}") for number in range(17)),
        *(USUAL._replace(kind="record", turn=str(number), response=str(number)) for number in range(17)),
    ],
    "another model for one turn": [
        *(USUAL, USUAL._replace(kind="record")),
        *(USUAL._replace(model="gpt-5.5"), USUAL._replace(kind="record", response="2")),
    ],
    "no such day": [USUAL, USUAL._replace(kind="count"), USUAL._replace(kind="count", time=NO_TIMES[0])],
    "one sum twice at one instant": [
        *(USUAL, USUAL._replace(kind="count"), USUAL._replace(kind="count")),
        *(USUAL._replace(kind="restart"), USUAL._replace(kind="count")),
    ],
    "a record without an id": [USUAL, USUAL._replace(kind="record", response="")],
    "a record of another thread": [USUAL, USUAL._replace(kind="record", thread="another")],
    "a sum that only the total moved": [USUAL, USUAL._replace(kind="count"), USUAL._replace(kind="again")],
}


@pytest.mark.parametrize("is_fork", [False, True])
@pytest.mark.parametrize("odd", ODD)
def test_what_is_odd_ends_where_python_ends(odd: str, is_fork: bool) -> None:
    writer = Writer(**({"forked_from_id": "another", "history_base": {}} if is_fork else {}))
    for step in ODD[odd]:
        writer.take(step)
    data = "".join(writer.lines).encode()

    assert standing(data, is_compiled=True) == standing(data, is_compiled=False)


@pytest.mark.parametrize("waiting", [64, 65, 66])
def test_as_many_records_wait_as_in_python(waiting: int) -> None:
    writer = Writer()
    writer.take(USUAL)
    for number in range(waiting):
        used = (number + 1, 0, 1, 0)
        writer.take(USUAL._replace(kind="record", used=used, response=str(number)))
    for number in range(waiting):
        writer.take(USUAL._replace(kind="count", used=(number + 1, 0, 1, 0), time=TIMES[2]))
    data = "".join(writer.lines).encode()

    assert standing(data, is_compiled=True) == standing(data, is_compiled=False)


def test_a_counter_of_another_kind_counts_everything_itself() -> None:
    writer = Writer()
    for step in (Step("count", (1002, 0, 1, 0), TIMES[1], None, "gpt-5", "", THREAD, False),) * 3:
        writer.take(step)
    data = "".join(writer.lines).encode()

    found = standing(data, is_compiled=True, counter=NextCounter)

    assert found == standing(data, is_compiled=False, counter=NextCounter)
    assert found != standing(data, is_compiled=True)


@pytest.mark.parametrize("counter", [object(), type("Some", (), {"state": 7})()])
def test_what_is_no_counter_is_refused(counter: object) -> None:
    assert compiled.read_block is not None
    with pytest.raises(AttributeError):
        compiled.read_block(b"{}\n", 0, b"", lambda line: None, (), tuple, counter, 1)
