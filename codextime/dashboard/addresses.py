"""Addresses of pages that stand beside the overview."""

import datetime
from urllib.parse import urlencode


class DayConverter:
    """A day in an address, such as 2026-11-21. What is no day leads nowhere."""

    regex = r"\d{4}-\d{2}-\d{2}"

    def to_python(self, text: str) -> datetime.date:
        return datetime.date.fromisoformat(text)

    def to_url(self, on: datetime.date) -> str:
        return on.isoformat()


def find_calls(first: datetime.date, last: datetime.date, **filters: str) -> str:
    """The calls of these days in the user's time zone, both included; `filters` as their page names them."""
    return "/calls?" + urlencode({"from": first.isoformat(), "to": last.isoformat(), **filters})


def find_threads() -> str:
    return "/threads"


def find_thread(thread_id: int) -> str:
    return f"/threads/{thread_id}"
