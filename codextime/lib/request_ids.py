"""Which request a log line belongs to: an id that goes from the proxy to the tasks that the request starts."""

import logging
import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

current: ContextVar[str] = ContextVar("request_id", default="")
IN_META = "codextime.request_id"  # where a request of Django's keeps it
is_request_id = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{7,63}").fullmatch


def new_request_id() -> str:
    return uuid.uuid4().hex


@contextmanager
def known_as(request_id: str) -> Iterator[None]:
    """What is logged and sent in here belongs to this request."""
    token = current.set(request_id)
    try:
        yield
    finally:
        current.reset(token)


def of_record(record: logging.LogRecord) -> str:
    """Of a request that is over, or nothing: Django writes about its answer when all middleware has ended."""
    meta = getattr(getattr(record, "request", None), "META", {})
    return str(meta.get(IN_META, ""))
