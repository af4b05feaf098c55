"""The read API for the OpenAPI document."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter

from codextime.programs.queries import (
    GRAINS,
    GROUPS,
    HIGHEST_LIMIT,
    LONGEST_BY_HOUR,
    TEAM_GRAINS,
    TEAM_GROUPS,
    USUAL_LIMIT,
)

TEXT = {"type": "string"}
COUNT = {"type": "integer", "minimum": 0}
DAY = {"type": "string", "format": "date"}
INSTANT = {"type": "string", "format": "date-time"}


def nullable(schema: dict[str, Any], description: str = "") -> dict[str, Any]:
    return schema | {"nullable": True} | ({"description": description} if description else {})


def document(properties: dict[str, Any], *optional: str) -> dict[str, Any]:
    required = [name for name in properties if name not in optional]
    return {"type": "object", "required": required, "properties": properties}


def rows(of: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": of}


TOKEN_COUNTS = {
    "input_tokens": COUNT,
    "cached_input_tokens": COUNT | {"description": "A part of input_tokens."},
    "cache_write_input_tokens": COUNT | {"description": "A part of input_tokens."},
    "output_tokens": COUNT,
    "reasoning_output_tokens": COUNT | {"description": "A part of output_tokens."},
}
SUM = {
    "calls": COUNT,
    "tokens": COUNT | {"description": "Input and output."},
    **TOKEN_COUNTS,
    "api_equivalent_usd": nullable(
        TEXT,
        "What the tokens that have a rate would have cost at public API rates: an estimate, never a bill. "
        "All its decimals. Null: none of the tokens has a rate.",
    ),
    "unpriced_tokens": COUNT | {"description": "That have no public rate, and stand in no amount."},
}
KEYS = {
    "hour": INSTANT | {"description": "Where the hour begins in the user's time zone."},
    "day": DAY,
    "week": DAY | {"description": "Its Monday."},
    "month": DAY | {"description": "Its first day."},
    "model": TEXT,
    "label": nullable(TEXT),
    "thread": nullable(TEXT, "Null: the calls belong to no thread."),
}
TOTALS = document(
    {
        "user": TEXT,
        "time_zone": TEXT,
        "from": DAY,
        "to": DAY,
        "total": document(SUM),
        "rows": rows(document(KEYS | SUM, *KEYS)),
    }
)
CALLS = document(
    {
        "user": TEXT,
        "next": nullable(TEXT, "The cursor of the next page; null on the last one."),
        "rows": rows(
            document(
                {
                    "id": TEXT,
                    "at": INSTANT,
                    "model": TEXT,
                    "label": nullable(TEXT),
                    **TOKEN_COUNTS,
                    "revision": COUNT,
                    "is_estimate": {"type": "boolean"},
                    "thread": nullable(TEXT, "Null: the call belongs to no thread."),
                }
            )
        ),
    }
)
CORRECTIONS = document(
    {
        "user": TEXT,
        "next": nullable(TEXT, "The cursor of the next page; null on the last one."),
        "rows": rows(
            document(
                {
                    "made_at": INSTANT,
                    "id": TEXT,
                    "at": INSTANT,
                    "model": TEXT,
                    "tokens_before": COUNT,
                    "tokens_after": COUNT,
                    "reason": TEXT,
                    "revision": COUNT,
                    "counter_version": COUNT,
                }
            )
        ),
    }
)
PROFILE = document(
    {
        "user": TEXT,
        "time_zone": TEXT,
        "today": DAY,
        "handle": nullable(TEXT, "On the leaderboard; null: not there."),
        "session_grouping_since": nullable(INSTANT),
        "labels": {"type": "array", "items": TEXT},
        "first_day": nullable(DAY),
        "last_day": nullable(DAY),
        "uploaded_at": nullable(INSTANT),
        "dates_being_rebuilt": COUNT,
        "calls_waiting_to_be_withdrawn": COUNT,
    }
)

TEAM_KEYS = {name: KEYS[name] for name in (*TEAM_GRAINS, *TEAM_GROUPS)}
TEAM = {"team": TEXT, "time_zone": TEXT, "from": DAY, "to": DAY}
TEAM_TOTALS = document({**TEAM, "total": document(SUM), "rows": rows(document(TEAM_KEYS | SUM, *TEAM_KEYS))})
TEAM_SEATS = document(
    {
        **TEAM,
        "rows": rows(
            document(
                {
                    "seat": TEXT,
                    "label": TEXT,
                    "member": nullable(TEXT, "Null: a machine of the team, or somebody who left it."),
                    "is_team_owned": {"type": "boolean"},
                    "shared_from": nullable(DAY, "Null: a machine of the team, of which everything counts."),
                    "shared_until": nullable(DAY, "Null: it goes on."),
                    **SUM,
                    "active_days": COUNT,
                }
            )
        ),
    }
)

CHOICE = [
    OpenApiParameter("from", OpenApiTypes.DATE, description="The first day, in the user's time zone."),
    OpenApiParameter("to", OpenApiTypes.DATE, description="The last day."),
    OpenApiParameter("model", str, many=True, description="Only of this model; may be repeated."),
    OpenApiParameter("label", str, many=True, description="Only of this label; may be repeated."),
]
PAGE = [
    OpenApiParameter(
        "limit", int, description=f"Rows of a page, at most {HIGHEST_LIMIT:,}; {USUAL_LIMIT:,} without it."
    ),
    OpenApiParameter("cursor", str, description="The “next” of the page before."),
]
BY = OpenApiParameter("by", str, enum=GRAINS, description=f"A row for each; hours of at most {LONGEST_BY_HOUR} days.")
GROUP = OpenApiParameter("group", str, enum=GROUPS, description="A row for each.")
TEAM_DATES = [
    OpenApiParameter("from", OpenApiTypes.DATE, description="The first day, in the team's time zone."),
    OpenApiParameter("to", OpenApiTypes.DATE, description="The last day."),
]
TEAM_CHOICE = [
    *TEAM_DATES,
    OpenApiParameter("model", str, many=True, description="Only of this model; may be repeated."),
]
TEAM_BY = OpenApiParameter("by", str, enum=TEAM_GRAINS, description="A row for each.")
TEAM_GROUP = OpenApiParameter("group", str, enum=TEAM_GROUPS, description="A row for each.")
