"""The heaviest page that people have: a year of every day, in bars of every week, with five models and one unpriced."""

from datetime import timedelta
from random import Random

import pytest
from django.test import Client
from django.utils import timezone

from codextime.accounts.models import User
from codextime.accounts.services import start_session_grouping
from codextime.usage.services import rebuild_dirty_dates
from tests.usage.readings import reading, store

MOST_HTML = 120_000  # bytes
MODELS = ("gpt-5.5", "gpt-5.4", "gpt-5.4-mini", "gpt-5.3-codex", "custom")
DAYS = 357  # 51 weeks


@pytest.fixture
def heavy(owner: User, client: Client) -> Client:
    dice = Random(1)  # noqa: S311 - the same calls in every run
    now = timezone.now()
    start_session_grouping(user=owner, now=now)
    sizes = [dice.randrange(10**6, 9 * 10**7) for _ in range(DAYS * len(MODELS))]
    store(
        owner,
        *(
            reading(
                number,
                at=now - timedelta(days=number // len(MODELS), hours=dice.randrange(24)),
                model=MODELS[number % len(MODELS)],
                thread=f"{number // 9 + 1:032x}",
                input_tokens=size,
                cached_input_tokens=size * 4 // 5,
                output_tokens=size // 50,
            )
            for number, size in enumerate(sizes)
        ),
    )
    rebuild_dirty_dates(user_id=owner.pk)
    client.force_login(owner)
    return client


def test_an_overview_of_a_year_in_five_models_is_light(heavy: Client) -> None:
    for query in ("period=all", "period=all&measure=value", "period=all&by=label", "period=year"):
        page = heavy.get(f"/dashboard?{query}")

        assert page.content.count(b"<tr><th><a") >= DAYS - 35, query  # days with calls, each a row
        assert len(page.content) <= MOST_HTML, query
