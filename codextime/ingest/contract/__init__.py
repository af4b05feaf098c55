"""The contract file as Python: types that decode what it allows and nothing else.

`Envelope.calls` and `Envelope.withdrawals` stay undecoded, so that one bad row costs one row.
"""

import json
from pathlib import Path
from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Raw, Struct, UnsetType, defstruct

CONTRACT: dict[str, Any] = json.loads(Path(__file__).with_name("upload-v1.json").read_text(encoding="utf-8"))

PROTOCOL: int = CONTRACT["protocol"]
MAXIMUM_CALLS: int = CONTRACT["limits"]["calls"]
MAXIMUM_WITHDRAWALS: int = CONTRACT["limits"]["withdrawals"]
MAXIMUM_BYTES: int = CONTRACT["limits"]["bytes"]


def field_type(field: dict[str, Any]) -> Any:
    """The type of one field of the contract, with its limits."""
    if "choices" in field:
        return Literal[tuple(field["choices"])]
    if field["type"] == "integer":
        return Annotated[int, Meta(ge=field["minimum"], le=field["maximum"])]
    if field["type"] == "string":
        return Annotated[str, Meta(pattern=whole(field.get("pattern")), max_length=field.get("maximum_length"))]
    return Raw


def whole(pattern: str | None) -> str | None:
    """`$` also matches before a last newline, which no field may end with."""
    return pattern.removesuffix("$") + r"\Z" if pattern else None


def struct(name: str, fields: list[dict[str, Any]]) -> type[Struct]:
    """A type with these fields, which refuses any other."""
    required = [(field["name"], field_type(field)) for field in fields if field["is_required"]]
    optional = [(field["name"], field_type(field) | UnsetType, UNSET) for field in fields if not field["is_required"]]
    return defstruct(name, [*required, *optional], forbid_unknown_fields=True, frozen=True, gc=False, kw_only=True)


# Made at run time from the contract, so mypy cannot know their attributes.
Envelope: Any = struct("Envelope", CONTRACT["envelope"])
CallRow: Any = struct("CallRow", CONTRACT["call"])
WithdrawalRow: Any = struct("WithdrawalRow", CONTRACT["withdrawal"])
