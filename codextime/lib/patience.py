"""How long what is done now may wait for the database, by a clock of our own.

A kernel notices when the other end of a connection is gone. When a database hangs, or a proxy before it, while its
machine still acknowledges every packet, nobody does: then a request would wait for ever, and hold a thread.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

deadline: ContextVar[float | None] = ContextVar("deadline", default=None)


@contextmanager
def patience(seconds: float) -> Iterator[None]:
    """In here the database gets that long altogether, or less where an outer patience ends sooner."""
    end, outer = time.monotonic() + seconds, deadline.get()
    token = deadline.set(end if outer is None else min(end, outer))
    try:
        yield
    finally:
        deadline.reset(token)


def seconds_left() -> float | None:
    """At least 0; `None` where nobody is in a hurry, such as in a worker."""
    end = deadline.get()
    return None if end is None else max(end - time.monotonic(), 0.0)
