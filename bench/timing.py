"""How long a step takes, and how much of it the database."""

import time
from collections.abc import Callable
from typing import Any

Timing = tuple[float, float, int]  # milliseconds of SQL, milliseconds in all, queries


def timed(step: Callable[[], object]) -> Timing:
    from django.db import connection

    spent: list[float] = []

    def one(execute: Callable[..., Any], *args: Any) -> Any:
        start = time.perf_counter()
        try:
            return execute(*args)
        finally:
            spent.append(time.perf_counter() - start)

    start = time.perf_counter()
    with connection.execute_wrapper(one):
        step()
    return sum(spent) * 1000, (time.perf_counter() - start) * 1000, len(spent)
