"""What may leave this machine: the fields that the contract file lists, in the shapes it gives them; nothing else.

Everything that is uploaded is built here. A value that does not have its field's shape stops its row, so that no text
of a rollout can travel in a field that was meant for a number or a time.
"""

import json
import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

PROTOCOL = 1

Row = dict[str, str | int]
Field = dict[str, Any]


class NotAllowed(Exception):
    """`field` holds something that its row in the contract does not permit."""

    def __init__(self, field: str) -> None:
        super().__init__(f"{field} does not have the shape that the contract gives it")
        self.field = field


@cache
def contract() -> dict[str, Any]:
    """The contract file, as it is shipped with the tracker."""
    text = files("codextime_tracker").joinpath(f"contract/upload-v{PROTOCOL}.json").read_text("utf-8")
    parsed: dict[str, Any] = json.loads(text)
    return parsed


def limit(name: str) -> int:
    """One of the contract's limits: `calls`, `withdrawals` or `bytes`."""
    return int(contract()["limits"][name])


def longest_label() -> int:
    """In characters."""
    return int(next(field["maximum_length"] for field in contract()["envelope"] if field["name"] == "label"))


def model_that_may_leave(name: str | None) -> str:
    """`name` if it looks like one of OpenAI's; other names may be paths or projects, and leave as one fixed word."""
    rules = contract()["models"]
    if not name:
        return "unknown"
    if len(name) <= rules["maximum_length"] and re.fullmatch(rules["pattern"], name):
        return name
    return str(rules["otherwise"])


def call_row(values: Mapping[str, Any]) -> Row:
    """One row of `calls`. Raises `NotAllowed`."""
    return allowed(contract()["call"], {**values, "model": model_that_may_leave(values["model"])})


def withdrawal_row(values: Mapping[str, Any]) -> Row:
    """One row of `withdrawals`. Raises `NotAllowed`."""
    return allowed(contract()["withdrawal"], values)


def envelope(
    *, upload_id: str, user: str, source: str, label: str | None, calls: list[Row], withdrawals: list[Row]
) -> dict[str, Any]:
    """The whole upload, ready to be serialised. Raises `NotAllowed`; the rows must come from the functions above."""
    values = {"protocol": PROTOCOL, "upload_id": upload_id, "user": user, "source": source, "label": label}
    lists = {"calls": calls, "withdrawals": withdrawals or None}
    return allowed(contract()["envelope"], {**values, **lists})


def allowed(fields: list[Field], values: Mapping[str, Any]) -> dict[str, Any]:
    """The listed fields of `values`, in the contract's order; an optional one that is `None` is left out."""
    row = {}
    for field in fields:
        value = values.get(field["name"])
        if value is None and not field["is_required"]:
            continue
        if not fits(field, value):
            raise NotAllowed(field["name"])
        row[field["name"]] = value
    return row


def fits(field: Field, value: object) -> bool:
    """Whether `value` has the type, the range, the pattern and the length that the contract gives to `field`."""
    if field["type"] == "integer":
        return type(value) is int and field["minimum"] <= value <= field["maximum"]
    if field["type"] == "array":
        return isinstance(value, list)
    return (
        isinstance(value, str)
        and value.isprintable()
        and len(value) <= field.get("maximum_length", len(value))
        and value in field.get("choices", [value])
        and re.fullmatch(field.get("pattern", "(?s:.*)"), value) is not None
    )
