"""The contract file as Python: types that decode what it allows and nothing else.

`Envelope.calls` and `Envelope.withdrawals` stay undecoded, so that one bad row costs one row.
"""

import json
import re
from pathlib import Path
from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Raw, Struct, UnsetType, defstruct

CONTRACT: dict[str, Any] = json.loads(Path(__file__).with_name("upload-v1.json").read_text(encoding="utf-8"))

PROTOCOL: int = CONTRACT["protocol"]
MAXIMUM_CALLS: int = CONTRACT["limits"]["calls"]
MAXIMUM_WITHDRAWALS: int = CONTRACT["limits"]["withdrawals"]
MAXIMUM_BYTES: int = CONTRACT["limits"]["bytes"]
LONGEST_LABEL: int = next(field["maximum_length"] for field in CONTRACT["envelope"] if field["name"] == "label")


def field_type(field: dict[str, Any], *, has_pattern: bool) -> Any:
    """The type of one field of the contract, with its limits."""
    if "choices" in field:
        return Literal[tuple(field["choices"])]
    if field["type"] == "integer":
        return Annotated[int, Meta(ge=field["minimum"], le=field["maximum"])]
    if field["type"] == "string":
        pattern = whole(field["pattern"]) if has_pattern and "pattern" in field else None
        return Annotated[str, Meta(pattern=pattern, max_length=field.get("maximum_length"))]
    return Raw


def whole(pattern: str) -> str:
    """`$` also matches before a last newline, which no field may end with."""
    return pattern.removesuffix("$") + r"\Z"


def struct(name: str, fields: list[dict[str, Any]], *, has_patterns: bool = True) -> type[Struct]:
    """A type with these fields, which refuses any other. Without patterns, `columns` has those of required fields."""
    types = {field["name"]: field_type(field, has_pattern=has_patterns or not field["is_required"]) for field in fields}
    required = [(field["name"], types[field["name"]]) for field in fields if field["is_required"]]
    optional = [
        (field["name"], types[field["name"]] | UnsetType, UNSET) for field in fields if not field["is_required"]
    ]
    return defstruct(name, [*required, *optional], forbid_unknown_fields=True, frozen=True, gc=False, kw_only=True)


def columns(fields: list[dict[str, Any]]) -> dict[str, re.Pattern[str]]:
    """For each required field with a pattern, one that matches the values of all rows, each ended by a newline: a match
    of thousands takes a fraction of the time of thousands of matches."""
    patterns = {field["name"]: field["pattern"] for field in fields if field["is_required"] and "pattern" in field}
    return {name: re.compile(rf"(?:{pattern[1:-1]}\n)*+\Z") for name, pattern in patterns.items()}


is_key = re.compile(r"[0-9a-f]{32}").fullmatch  # of calls, uploads and sources

# Made at run time from the contract, so mypy cannot know their attributes.
Envelope: Any = struct("Envelope", CONTRACT["envelope"])
CallRow: Any = struct("CallRow", CONTRACT["call"])
QuickCallRow: Any = struct("QuickCallRow", CONTRACT["call"], has_patterns=False)
WithdrawalRow: Any = struct("WithdrawalRow", CONTRACT["withdrawal"])
QuickWithdrawalRow: Any = struct("QuickWithdrawalRow", CONTRACT["withdrawal"], has_patterns=False)
CALL_COLUMNS = columns(CONTRACT["call"])
WITHDRAWAL_COLUMNS = columns(CONTRACT["withdrawal"])
# Only this field is looked at; the others pass by without becoming objects.
Protocol: Any = defstruct("Protocol", [("protocol", Raw)])
