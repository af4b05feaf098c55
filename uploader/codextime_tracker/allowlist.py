"""What may leave this machine: the fields that the contract file lists, in the shapes it gives them; nothing else.

Everything that is uploaded is built here. A value that does not have its field's shape stops its row, so that no text
of a rollout can travel in a field that was meant for a number or a time.
"""

import json
import re
from collections.abc import Callable, Collection, Mapping
from functools import cache, lru_cache
from typing import Any

PROTOCOL = 1

Row = dict[str, str | int]
Field = dict[str, Any]
Check = Callable[[object], bool]


class NotAllowed(Exception):
    """`field` holds something that its row in the contract does not permit."""

    def __init__(self, field: str) -> None:
        super().__init__(f"{field} does not have the shape that the contract gives it")
        self.field = field


@cache
def contract() -> dict[str, Any]:
    """The contract file, as it is shipped with the tracker."""
    from importlib.resources import files  # only here, as a run without news does without

    text = files("codextime_tracker").joinpath(f"contract/upload-v{PROTOCOL}.json").read_text("utf-8")
    parsed: dict[str, Any] = json.loads(text)
    return parsed


def limit(name: str) -> int:
    """One of the contract's limits: `calls`, `withdrawals` or `bytes`."""
    return int(contract()["limits"][name])


def longest_label() -> int:
    """In characters."""
    return int(next(field["maximum_length"] for field in contract()["envelope"] if field["name"] == "label"))


@lru_cache(maxsize=1000)
def model_that_may_leave(name: str | None) -> str:
    """`name` if it looks like one of OpenAI's; other names may be paths or projects, and leave as one fixed word."""
    rules = contract()["models"]
    if not name:
        return "unknown"
    if len(name) <= rules["maximum_length"] and re.fullmatch(rules["pattern"], name):
        return name
    return str(rules["otherwise"])


def may_be_allowed(name: str) -> bool:
    """Whether the owner may let a name of a model leave: one word, at most with a maker before it; never a path."""
    rules = contract()["models"]
    return len(name) <= rules["maximum_length"] and re.fullmatch(rules["allowed_pattern"], name) is not None


def call_row(values: Mapping[str, Any], allowed_models: Collection[str] = ()) -> Row:
    """One row of `calls`; `allowed_models` are names that the owner lets leave as they are. Raises `NotAllowed`."""
    name = values["model"]
    return allowed("call", {**values, "model": name if name in allowed_models else model_that_may_leave(name)})


def withdrawal_row(values: Mapping[str, Any]) -> Row:
    """One row of `withdrawals`. Raises `NotAllowed`."""
    return allowed("withdrawal", values)


def envelope(
    *, upload_id: str, user: str, source: str, label: str | None, calls: list[Row], withdrawals: list[Row]
) -> dict[str, Any]:
    """The whole upload, ready to be serialised. Raises `NotAllowed`; the rows must come from the functions above."""
    values = {"protocol": PROTOCOL, "upload_id": upload_id, "user": user, "source": source, "label": label}
    lists = {"calls": calls, "withdrawals": withdrawals or None}
    return allowed("envelope", {**values, **lists})


def allowed(part: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of `values` that this part of the contract lists, in its order; an optional `None` is left out."""
    row = {}
    for name, is_required, fits in checks(part):
        value = values.get(name)
        if value is None and not is_required:
            continue
        if not fits(value):
            raise NotAllowed(name)
        row[name] = value
    return row


@cache
def checks(part: str) -> list[tuple[str, bool, Check]]:
    """Of each field: its name, whether it is required, and whether a value has the shape that the contract gives it."""
    return [(field["name"], field["is_required"], check_of(field)) for field in contract()[part]]


def check_of(field: Field) -> Check:
    """Whether a value has the type, the range, the pattern and the length that the contract gives to `field`."""
    if field["type"] == "integer":
        least, most = field["minimum"], field["maximum"]
        return lambda value: type(value) is int and least <= value <= most
    if field["type"] == "array":
        return lambda value: isinstance(value, list)
    longest, choices = field.get("maximum_length"), field.get("choices")
    matches = re.compile(field.get("pattern", "(?s:.*)")).fullmatch

    def is_such_text(value: object) -> bool:
        return (
            isinstance(value, str)
            and value.isprintable()
            and (longest is None or len(value) <= longest)
            and (choices is None or value in choices)
            and matches(value) is not None
        )

    return is_such_text
