"""The upload, its receipt and its problems for the OpenAPI document; the upload's fields come from the contract."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter

from codextime.ingest.contract import CONTRACT, MAXIMUM_CALLS, MAXIMUM_WITHDRAWALS

ERRORS = (400, 401, 409, 413, 415, 429, 503)
TOKEN_ERRORS = (401, 429, 503)


def property_of(field: dict[str, Any]) -> dict[str, Any]:
    """One field of the contract as a JSON Schema."""
    names = {
        "minimum": "minimum",
        "maximum": "maximum",
        "pattern": "pattern",
        "maximum_length": "maxLength",
        "choices": "enum",
    }
    limits = {names[key]: value for key, value in field.items() if key in names}
    return {"type": field["type"], "description": field["sentence"], **limits}


def object_of(fields: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": [field["name"] for field in fields if field["is_required"]],
        "properties": {field["name"]: property_of(field) for field in fields},
    }


def upload() -> dict[str, Any]:
    schema = object_of(CONTRACT["envelope"])
    schema["properties"]["calls"] |= {"maxItems": MAXIMUM_CALLS, "items": object_of(CONTRACT["call"])}
    schema["properties"]["withdrawals"] |= {
        "maxItems": MAXIMUM_WITHDRAWALS,
        "items": object_of(CONTRACT["withdrawal"]),
    }
    return schema


COUNT = {"type": "integer", "minimum": 0}
TEXT = {"type": "string"}
TEXT_OR_NULL = {"type": "string", "nullable": True}

UPLOAD = upload()
REFUSAL = {
    "type": "object",
    "required": ["part", "index", "id", "reason", "field"],
    "properties": {
        "part": {"type": "string", "enum": ["calls", "withdrawals"]},
        "index": COUNT,
        "id": TEXT_OR_NULL,
        "reason": TEXT,
        "field": TEXT_OR_NULL,
    },
}
RECEIPT = {
    "type": "object",
    "required": [
        *("upload_id", "received_at", "added", "replaced", "already_there", "withdrawn", "refused", "dashboard_url")
    ],
    "properties": {
        "upload_id": TEXT,
        "received_at": {"type": "string", "format": "date-time"},
        "added": COUNT,
        "replaced": COUNT,
        "already_there": COUNT,
        "withdrawn": COUNT,
        "waiting": COUNT
        | {"description": "Withdrawals that change nothing until the owner agrees at withdrawals_url."},
        "replacements_waiting": COUNT
        | {"description": "Of already_there: replaced by fewer tokens once the owner agrees at withdrawals_url."},
        "refused": {"type": "array", "items": REFUSAL},
        "dashboard_url": {"type": "string", "format": "uri"},
        "withdrawals_url": {"type": "string", "format": "uri"},
    },
}
DEVICE = {
    "type": "object",
    "required": ["user", "protocols", "session_grouping_since"],
    "properties": {
        "user": TEXT,
        "protocols": {"type": "array", "items": COUNT},
        "session_grouping_since": TEXT_OR_NULL
        | {"format": "date-time", "description": "Null: the account does not group calls by session."},
    },
}
LISTING_PARAMETERS = [
    OpenApiParameter("after", str, description="The last id of the page before; left out for the first page."),
    OpenApiParameter("source", str, many=True, description="Only calls of this source; may be repeated."),
]
LISTING = {
    "type": "object",
    "required": ["user", "calls", "next"],
    "properties": {
        "user": TEXT,
        "calls": {"type": "array", "maxItems": MAXIMUM_CALLS, "items": object_of(CONTRACT["listed_call"])},
        "next": TEXT_OR_NULL | {"description": "The `after` of the next page; null on the last one."},
    },
}
PROBLEM = {
    "type": "object",
    "description": "RFC 9457",
    "required": ["type", "title", "status", "detail", "code"],
    "properties": {
        "type": TEXT,
        "title": TEXT,
        "status": COUNT,
        "detail": TEXT,
        "code": TEXT,
        "field": TEXT_OR_NULL,
        "supported": {"type": "array", "items": COUNT},
    },
}


def problems(*statuses: int) -> dict[Any, Any]:
    """The responses with these statuses, as `lib.problems` makes them."""
    return {(status, "application/problem+json"): PROBLEM for status in statuses}
