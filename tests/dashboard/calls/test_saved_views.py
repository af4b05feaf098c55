"""Lists of calls that their owner named."""

import pytest
from django.test import Client

from codextime.accounts.models import User
from codextime.dashboard.calls import services
from codextime.dashboard.models import SavedView
from codextime.dashboard.services import erase_usage
from tests.usage.readings import NOW, reading, store

pytestmark = pytest.mark.django_db


@pytest.fixture
def signed_in(client: Client, owner: User) -> Client:
    store(owner, reading(1))
    client.force_login(owner)
    return client


def save(client: Client, name: str, query: str) -> str:
    return client.post("/calls/views", {"name": name, "query": query}, follow=True).text


def test_a_view_keeps_filters_and_order_in_their_plain_spelling(signed_in: Client, owner: User) -> None:
    page = save(signed_in, "Large", "least=20,000&sort=-tokens&label=&after=")

    assert SavedView.objects.get(user=owner).query == "least=20000&sort=-tokens"
    assert "Saved as “Large”" in page
    assert 'href="/calls?least=20000&amp;sort=-tokens" aria-current="true"' in page


def test_saving_under_a_name_that_is_there_replaces_it(signed_in: Client, owner: User) -> None:
    save(signed_in, "Large", "least=1")
    page = save(signed_in, "Large", "least=2")

    assert "“Large” is this list now" in page
    assert [view.query for view in SavedView.objects.filter(user=owner)] == ["least=2"]


@pytest.mark.parametrize(("name", "query"), [("", "least=1"), ("x" * 61, "least=1"), ("a\tb", ""), ("x", "least=much")])
def test_what_cannot_be_saved_says_why(signed_in: Client, owner: User, name: str, query: str) -> None:
    assert "alert-error" in save(signed_in, name, query)
    assert not SavedView.objects.exists()


def test_names_that_are_too_long_in_an_address_are_not_saved(signed_in: Client, owner: User) -> None:
    page = save(signed_in, "Faces", f"model={chr(0x1F600) * 60}&label={chr(0x1F600) * 60}")

    assert "These filters are too long to be saved" in page
    assert not SavedView.objects.exists()


def test_a_name_that_cannot_be_leaves_the_list_as_it_is(signed_in: Client) -> None:
    answer = signed_in.post("/calls/views", {"name": "x" * 61, "query": "sort=-tokens&least=5"})

    assert answer["Location"] == "/calls?least=5&sort=-tokens"


def test_there_are_50_at_most(signed_in: Client, owner: User) -> None:
    SavedView.objects.bulk_create(
        SavedView(user=owner, name=f"View {number}", query="", created_at=NOW) for number in range(services.MOST_VIEWS)
    )

    assert "There are 50 saved views already" in save(signed_in, "One more", "")
    assert SavedView.objects.count() == services.MOST_VIEWS
    assert "“View 3” is this list now" in save(signed_in, "View 3", "least=3")


def test_a_view_is_renamed_and_deleted(signed_in: Client, owner: User) -> None:
    save(signed_in, "Large", "least=1")
    save(signed_in, "Small", "most=1")
    view = SavedView.objects.get(name="Large")

    signed_in.post(f"/calls/views/{view.pk}/rename", {"name": "Huge"})
    refused = signed_in.post(f"/calls/views/{view.pk}/rename", {"name": "Small"}, follow=True).text
    signed_in.post(f"/calls/views/{SavedView.objects.get(name='Small').pk}/delete")

    assert "Another saved view has that name" in refused
    assert [view.name for view in SavedView.objects.filter(user=owner)] == ["Huge"]


def test_views_go_with_the_usage(signed_in: Client, owner: User, stranger: User) -> None:
    save(signed_in, "Large", "label=Desk")
    services.save_view(user=stranger, name="Mine", query="", now=NOW)

    erase_usage(user=owner, now=NOW)

    assert [view.user for view in SavedView.objects.all()] == [stranger]
