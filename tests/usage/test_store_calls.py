"""What an upload adds, and what it leaves alone: what is there, dates without change, labels that it does not name,
accounts that are gone."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import pytest

from codextime.accounts.models import User
from codextime.usage.mark_models import DirtyDate
from codextime.usage.models import Call, Source
from codextime.usage.services import SOURCES_PER_USER, UserGone, store_calls
from tests.usage.readings import NOW, marked_dates, reading, store

pytestmark = pytest.mark.django_db


def test_an_upload_of_nothing_new_makes_no_date_dirty(owner: User) -> None:
    store(owner, reading())
    assert marked_dates(owner) == [reading().at.date()]
    DirtyDate.objects.all().delete()

    store(owner, reading())

    assert marked_dates(owner) == []


@pytest.mark.parametrize(
    "there",
    [[], [0], [1], [99], range(1, 100, 2), range(50), range(100)],
    ids=["none", "first", "one that no sample finds", "last", "every second", "the first half", "all"],
)
def test_of_an_upload_what_is_there_stays_and_what_is_not_is_added(owner: User, there: Sequence[int]) -> None:
    days = [reading().at - timedelta(days=number) for number in range(100)]
    first = [reading(number, at=days[number]) for number in there]
    store(owner, *first)
    DirtyDate.objects.all().delete()

    again = [reading(number, at=at, input_tokens=2000 + number) for number, at in enumerate(days)]
    counts = store(owner, *again)

    new = sorted(set(range(100)) - set(there))
    assert (counts.added, counts.replaced, counts.already_there) == (len(new), 0, len(there))
    stored = {call.call_id.int: call.input_tokens for call in Call.objects.filter(user=owner)}
    assert stored == {number: 1000 if number in there else 2000 + number for number in range(100)}
    assert marked_dates(owner) == sorted(days[number].date() for number in new)


def test_of_calls_that_are_there_the_better_readings_replace_beside_new_ones(owner: User) -> None:
    store(owner, *(reading(number) for number in range(40)))

    counts = store(owner, *(reading(number, revision=257 + number % 2, output_tokens=70) for number in range(80)))

    assert (counts.added, counts.replaced, counts.already_there) == (40, 20, 20)
    outputs = {call.call_id.int: call.output_tokens for call in Call.objects.filter(user=owner)}
    assert outputs == {number: 70 if number >= 40 or number % 2 else 50 for number in range(80)}


@pytest.mark.parametrize(("sent", "kept"), [(None, "laptop"), ("desktop", "desktop"), ("", "")])
def test_a_label_is_kept_until_another_is_sent(owner: User, sent: str | None, kept: str) -> None:
    store(owner, reading())
    source = Source.objects.get(user=owner)

    for label in ("laptop", sent):
        store_calls(user=owner, device=None, source_key=source.key, label=label, calls=[], now=NOW)

    source.refresh_from_db()
    assert source.label == kept


def test_machines_beyond_what_an_account_may_list_share_a_source_and_lose_no_call(owner: User) -> None:
    for number in range(1, SOURCES_PER_USER + 4):
        store(owner, reading(number), source=number)

    assert Source.objects.count() == SOURCES_PER_USER + 1
    assert Call.objects.count() == SOURCES_PER_USER + 3
    assert Call.objects.filter(source__label="Other machines").count() == 3


def test_a_label_from_one_of_many_machines_does_not_name_them_all(owner: User) -> None:
    for number in range(1, SOURCES_PER_USER + 2):
        store(owner, source=number)

    for key in (1, SOURCES_PER_USER + 2):
        store_calls(user=owner, device=None, source_key=UUID(int=key), label="laptop", calls=[], now=NOW)

    labelled = Source.objects.exclude(label="").values_list("key", "label")
    assert set(labelled) == {(UUID(int=1), "laptop"), (UUID(int=0), "Other machines")}


def test_calls_of_a_deleted_account_are_not_stored(owner: User) -> None:
    User.objects.filter(pk=owner.pk).delete()

    with pytest.raises(UserGone):
        store(owner, reading())

    assert not Call.objects.exists()
