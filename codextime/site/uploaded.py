"""What an upload holds, as the public page says it: made from the contract file, and from an upload of the tracker."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from codextime.ingest.contract import CONTRACT, MAXIMUM_CALLS
from codextime.lib import counts, formats

# The uploads of one log among the tests' data, as the tracker sends it; and how long that log is.
EXAMPLE = resources.files(__package__).joinpath("data/upload-example.json").read_bytes()
EXAMPLE_LOG_BYTES = 18_485

PARTS = {
    "envelope": gettext_noop("The upload itself"),
    "call": gettext_noop("Each model call in “calls”"),
    "withdrawal": gettext_noop("Each call in “withdrawals”"),
}
LARGEST = 2**63 - 1
NOT_THERE = gettext_noop("left out")


@dataclass(frozen=True, slots=True)
class Field:
    """A row of the table: what the field says, what it may hold (`pattern` where it has one), and an example."""

    name: str
    sentence: str
    shape: str
    pattern: str
    example: str


@dataclass(frozen=True, slots=True)
class Part:
    title: str
    fields: list[Field]


@dataclass(frozen=True, slots=True)
class UploadedPage:
    parts: list[Part]
    example: str
    example_bytes: str
    log_bytes: str
    most_calls: str


def build_uploaded_page() -> UploadedPage:
    return UploadedPage(
        parts=build_parts(json.loads(EXAMPLE)),
        example=EXAMPLE.decode(),
        example_bytes=formats.exact(len(EXAMPLE)),
        log_bytes=formats.exact(EXAMPLE_LOG_BYTES),
        most_calls=formats.exact(MAXIMUM_CALLS),
    )


def build_parts(example: Mapping[str, Any]) -> list[Part]:
    """A table for each kind of object in the contract, with values of the upload `example`."""
    objects = {"envelope": example, "call": example["calls"][0], "withdrawal": {}}
    return [
        Part(_(title), [build_field(field, objects[part].get(field["name"])) for field in CONTRACT[part]])
        for part, title in PARTS.items()
    ]


def build_field(field: Mapping[str, Any], value: str | int | list[Any] | None) -> Field:
    return Field(
        name=field["name"],
        sentence=field["sentence"],
        shape=describe_shape(field) + ("" if field["is_required"] else _("; may be left out")),
        pattern=field.get("pattern", ""),
        example=describe_value(value),
    )


def describe_shape(field: Mapping[str, Any]) -> str:
    if "choices" in field:
        return _("one of: %(choices)s") % {"choices": ", ".join(field["choices"])}
    if field["type"] == "array":
        return _("a list")
    if field["type"] == "integer":
        return describe_range(field["minimum"], field["maximum"])
    longest = field.get("maximum_length")
    return _("text of at most %(count)s characters") % {"count": longest} if longest else _("text")


def describe_range(least: int, most: int) -> str:
    if least == most:
        return _("the number %(number)s") % {"number": least}
    text = _("a whole number from %(least)s on") if most == LARGEST else _("a whole number from %(least)s to %(most)s")
    return text % {"least": least, "most": most}


def describe_value(value: str | int | list[Any] | None) -> str:
    """As JSON, a list by its length."""
    if value is None:
        return _(NOT_THERE)
    return counts.rows(len(value)) if isinstance(value, list) else json.dumps(value, ensure_ascii=False)
