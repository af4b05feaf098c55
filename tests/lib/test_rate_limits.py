"""Limits count what everybody does, and say what happens while nothing can be counted."""

from datetime import datetime, timedelta

import pytest
from pytest_django import Settings

from codextime.lib.rate_limits import LimitReached, RateLimit, count_use

TWICE = RateLimit("test", amount=2, seconds=60)


def test_the_first_use_too_many_is_told_when_the_next_period_begins(now: datetime) -> None:
    count_use(TWICE, key="ada", now=now)
    count_use(TWICE, key="ada", now=now)

    with pytest.raises(LimitReached) as refused:
        count_use(TWICE, key="ada", now=now + timedelta(seconds=20))

    assert refused.value.retry_after == 40


def test_another_key_and_another_period_count_anew(now: datetime) -> None:
    for _ in range(2):
        count_use(TWICE, key="ada", now=now)

    count_use(TWICE, key="bob", now=now)  # raises nothing
    count_use(TWICE, key="ada", now=now + timedelta(seconds=60))

    with pytest.raises(LimitReached):
        count_use(TWICE, key="ada", now=now)


@pytest.mark.parametrize("is_lenient", [True, False])
def test_without_a_cache_only_a_lenient_limit_lets_uses_pass(
    settings: Settings, now: datetime, is_lenient: bool
) -> None:
    settings.CACHES = {"default": settings.CACHES["default"] | {"LOCATION": "redis://127.0.0.1:1/0"}}
    limit = RateLimit("test", amount=2, seconds=60, is_lenient=is_lenient)

    try:
        count_use(limit, key="ada", now=now)
        passed = True
    except LimitReached:
        passed = False

    assert passed == is_lenient
