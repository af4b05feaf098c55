"""The call table holds what must always be true of a call."""

import datetime
import uuid
from importlib import import_module
from typing import Any

import pytest
from django.db import IntegrityError, connection

from codextime.accounts.models import User
from codextime.usage.models import TOKEN_FIELDS, Call, ModelName, Source

AT = datetime.datetime(2026, 5, 3, 12, tzinfo=datetime.UTC)

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada() -> User:
    return User.objects.create_user("ada@example.org")


def add_call(user: User, **changes: Any) -> Call:
    source, _ = Source.objects.get_or_create(user=user, key=uuid.UUID(int=1), defaults={"created_at": AT})
    model, _ = ModelName.objects.get_or_create(name="gpt-5")
    values = {
        "call_id": uuid.UUID(int=1),
        "at": AT,
        "input_tokens": 100,
        "cached_input_tokens": 60,
        "cache_write_input_tokens": 0,
        "output_tokens": 20,
        "reasoning_output_tokens": 5,
        "revision": 257,
        "source": source,
        "model": model,
    }
    return Call.objects.create(user=user, **values | changes)


def test_a_call_lands_in_one_of_sixteen_partitions(ada: User) -> None:
    add_call(ada)

    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_inherits WHERE inhparent = 'usage_call'::regclass")
        assert cursor.fetchone() == (16,)
    assert Call.objects.get(user=ada).call_id == uuid.UUID(int=1)


def test_a_user_has_a_call_id_only_once_and_another_user_may_have_it_too(ada: User) -> None:
    add_call(ada)
    add_call(User.objects.create_user("bob@example.org"))

    with pytest.raises(IntegrityError):
        add_call(ada)


def test_calls_that_move_into_the_narrow_table_are_the_same_there(ada: User) -> None:
    add_call(ada)
    add_call(User.objects.create_user("bob@example.org"), withdrawn_at=AT, former_revision=256, kept_revision=3)
    before = list(Call.objects.order_by("user").values())

    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for statement in import_module("codextime.usage.migrations.0016_narrow_calls").MOVE_ROWS:
            cursor.execute(statement)

    assert list(Call.objects.order_by("user").values()) == before
    with pytest.raises(IntegrityError):
        add_call(ada)


@pytest.mark.parametrize(
    "impossible",
    [
        {"output_tokens": -1, "reasoning_output_tokens": -1},
        {"cached_input_tokens": 101},
        {"cache_write_input_tokens": 101},
        {"reasoning_output_tokens": 21},
        {"revision": 0},
        {"revision": 512},
    ],
)
def test_an_impossible_call_is_not_stored(ada: User, impossible: dict[str, int]) -> None:
    with pytest.raises(IntegrityError):
        add_call(ada, **impossible)


@pytest.mark.parametrize("through_the_orm", [True, False])
def test_a_users_calls_go_with_the_user(ada: User, through_the_orm: bool) -> None:
    add_call(ada)
    add_call(User.objects.create_user("bob@example.org"))

    if through_the_orm:
        ada.delete()
    else:
        Source.objects.filter(user=ada).delete()
        User.objects.filter(pk=ada.pk)._raw_delete("default")

    assert [call.user.email for call in Call.objects.select_related("user")] == ["bob@example.org"]


@pytest.mark.parametrize("unknown", ["at", "model", "source"])
def test_only_a_tombstone_may_not_know_when_or_whence_its_call_is(ada: User, unknown: str) -> None:
    nothing = dict.fromkeys(TOKEN_FIELDS, 0)
    add_call(ada, call_id=uuid.UUID(int=2), at=None, model=None, source=None, withdrawn_at=AT, **nothing)

    with pytest.raises(IntegrityError):
        add_call(ada, **{unknown: None})
