"""The ledger of corrections: who reads which lines of it, in which pieces."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from codextime.accounts.models import User
from codextime.dashboard import corrections
from codextime.usage.ledger import PlaceUnreadable, list_corrections, place_of, read_place
from codextime.usage.models import Correction
from tests.usage.readings import reading, store
from tests.usage.withdrawals import withdraw_something


@pytest.fixture
def signed_in(client: Client, owner: User) -> Client:
    client.force_login(owner)
    return client


def correct(user: User, *numbers: int) -> None:
    store(user, *(reading(number) for number in numbers))
    store(user, *(reading(number, revision=258, output_tokens=70) for number in numbers))


def test_a_line_says_what_changed_and_why(signed_in: Client, owner: User) -> None:
    owner.time_zone = "Europe/Berlin"
    owner.save()
    correct(owner, 1)
    withdraw_something(owner, 2)

    page = signed_in.get("/corrections").text

    for words in ("1,050", "1,070", "+20", "counted anew", "2, exact", "gpt-5.1-codex", "19 Nov 2026, 11:07"):
        assert words in page
    for words in ("\N{MINUS SIGN}1,050", "copied history"):
        assert words in page


def test_a_ledger_is_read_in_pages_without_a_gap_or_a_repeat(
    signed_in: Client, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(corrections, "LINES_PER_PAGE", 2)
    monkeypatch.setattr("codextime.dashboard.selectors.LINES_PER_PAGE", 2)
    correct(owner, 1, 2, 3)
    Correction.objects.filter(call_id=f"{2:032x}").update(made_at=reading().at + timedelta(days=9))
    after, found = None, []
    while lines := list_corrections(user=owner, after=after, limit=2):
        found += [line.call_id.int for line in lines]
        after = place_of(lines[-1])

    assert found == [2, 3, 1]
    first = signed_in.get("/corrections").text
    assert first.count("counted anew") == 2
    older = first.partition('rel="next" href="')[2].partition('"')[0]
    assert signed_in.get(f"/corrections{older}").text.count("counted anew") == 1


def test_nobody_reads_another_ones_ledger(client: Client, owner: User, stranger: User) -> None:
    correct(owner, 1)
    client.force_login(stranger)

    assert "Nothing was corrected" in client.get("/corrections").text


@pytest.mark.parametrize("place", ["1", "x.1", "9999999999999999.1" * 2, "1.99999999999999999999"])
def test_a_place_that_no_page_gave_leads_to_the_newest_lines(signed_in: Client, place: str) -> None:
    with pytest.raises(PlaceUnreadable):
        read_place(place)
    assert signed_in.get("/corrections", {"after": place})["Location"] == "/corrections"


def test_a_page_costs_as_much_with_one_line_as_with_many(signed_in: Client, owner: User) -> None:
    correct(owner, 1)
    with CaptureQueriesContext(
        connection,
    ) as one:
        signed_in.get("/corrections")
    correct(owner, *range(2, 26))

    with CaptureQueriesContext(connection) as many:
        assert signed_in.get("/corrections").text.count("counted anew") == 25

    assert len(one) == len(many)
