"""What an upload leaves alone: dates without change, labels that it does not name, accounts that are gone."""

import pytest

from codextime.accounts.models import User
from codextime.usage import selectors
from codextime.usage.models import Call, DirtyDate, Source
from codextime.usage.services import UserGone, store_calls
from tests.usage.readings import NOW, reading, store

pytestmark = pytest.mark.django_db


def test_an_upload_of_nothing_new_makes_no_date_dirty(owner: User) -> None:
    store(owner, reading())
    assert selectors.dirty_dates(user=owner) == [reading().at.date()]
    DirtyDate.objects.all().delete()

    store(owner, reading())

    assert selectors.dirty_dates(user=owner) == []


@pytest.mark.parametrize(("sent", "kept"), [(None, "laptop"), ("desktop", "desktop"), ("", "")])
def test_a_label_is_kept_until_another_is_sent(owner: User, sent: str | None, kept: str) -> None:
    store(owner, reading())
    source = Source.objects.get(user=owner)

    for label in ("laptop", sent):
        store_calls(user=owner, device=None, source_key=source.key, label=label, calls=[], now=NOW)

    source.refresh_from_db()
    assert source.label == kept


def test_calls_of_a_deleted_account_are_not_stored(owner: User) -> None:
    User.objects.filter(pk=owner.pk).delete()

    with pytest.raises(UserGone):
        store(owner, reading())

    assert not Call.objects.exists()
