"""Where the counting of a file stands, as the index keeps it: JSON, the same from every tracker by now."""

from __future__ import annotations

from codextime_tracker import compiled
from codextime_tracker.copies import Boundary
from codextime_tracker.counting import COUNTERS, State

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TypeVar

    Made = TypeVar("Made", State, Boundary)


def encode_state(state: State) -> bytes:
    told = vars(state) | {"boundary": vars(state.boundary)}
    if state.previous is not None:
        told["previous"] = dict(zip(COUNTERS, state.previous, strict=True))
    return (compiled.write_json and compiled.write_json(told)) or as_json(told)


def as_json(told: dict[str, Any]) -> bytes:
    """What the compiled writer, if there is one, leaves to Python."""
    import json  # with `re`, as slow to load as a tenth of a small scan

    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()


def decode_state(data: bytes) -> State:
    """What it does not tell is as at the beginning; what only a newer tracker knows is left out."""
    import json

    told = json.loads(data)
    boundary, previous, sums = told["boundary"], told.get("previous"), told.get("sum")
    told["boundary"] = with_fields(Boundary(), boundary)
    told["previous"] = previous and tuple([previous.get(name, 0) for name in COUNTERS])
    told["sum"] = sums and tuple(sums)
    told["records"] = list(map(tuple, told.get("records", ())))
    return with_fields(State(told["thread_id"], told["boundary"]), told)


def with_fields(made: Made, told: dict[str, Any]) -> Made:
    """With those of its fields that are told."""
    for name in vars(made).keys() & told.keys():
        setattr(made, name, told[name])
    return made
