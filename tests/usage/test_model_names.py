"""Names of models are stored once for all users, and nobody can fill their table."""

import pytest

from codextime.accounts.models import User
from codextime.usage.models import Call, ModelName
from codextime.usage.services import MODELS_PER_USER
from tests.usage.readings import reading, store

pytestmark = pytest.mark.django_db


def names_of(user: User) -> set[str]:
    return set(Call.objects.filter(user=user).values_list("model__name", flat=True))


def test_a_name_is_stored_once(owner: User, stranger: User) -> None:
    store(owner, reading(1), reading(2, model="gpt-5"))
    store(stranger, reading(1), reading(2, model="o3"))

    assert sorted(ModelName.objects.values_list("name", flat=True)) == ["gpt-5", "gpt-5.1-codex", "o3"]
    assert names_of(stranger) == {"gpt-5.1-codex", "o3"}


def test_names_beyond_what_one_user_may_bring_count_as_custom(owner: User) -> None:
    invented = [reading(number, model=f"gpt-{number:03}") for number in range(MODELS_PER_USER + 5)]
    store(owner, *invented[:200])

    counts = store(owner, *invented[200:])

    assert counts.added == MODELS_PER_USER + 5 - 200
    assert len(names_of(owner)) == MODELS_PER_USER + 1
    assert Call.objects.filter(model__name="custom").count() == 5
    store(owner, reading(999, model="gpt-yet-another"))
    assert ModelName.objects.count() == MODELS_PER_USER + 1


def test_a_user_at_the_limit_may_use_names_that_others_brought(owner: User, stranger: User) -> None:
    store(stranger, reading(1, model="gpt-6"))
    store(owner, *(reading(number, model=f"gpt-{number:03}") for number in range(MODELS_PER_USER)))

    store(owner, reading(999, model="gpt-6"))

    assert "gpt-6" in names_of(owner)
