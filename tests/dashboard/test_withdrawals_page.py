"""What was withdrawn, and what its owner says to it in the browser."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from codextime.accounts.models import User
from codextime.usage import decisions
from codextime.usage.models import Call, WithdrawalRecord
from codextime.usage.services import rebuild_dirty_dates
from tests.usage.withdrawals import withdraw_something


@pytest.fixture
def signed_in(client: Client, owner: User) -> Client:
    client.force_login(owner)
    return client


@pytest.fixture
def record(owner: User) -> WithdrawalRecord:
    """Three calls, withdrawn a day ago."""
    record = withdraw_something(owner, 1, 2, 3)
    record.made_at = record.changed_at = timezone.now() - timedelta(days=1)
    record.save()
    return record


def test_a_withdrawal_is_shown_with_all_that_tells_whether_it_was_right(
    signed_in: Client, record: WithdrawalRecord
) -> None:
    page = signed_in.get("/withdrawals").text

    for words in ("3\N{NO-BREAK SPACE}calls", "3,150", "Thu 19 Nov 2026", "copied history", str(record.source)):
        assert words in page


def test_an_overview_without_calls_leads_to_those_that_were_taken_back_if_there_are_any(
    signed_in: Client, owner: User
) -> None:
    assert "Calls that you took back" not in signed_in.get("/dashboard").text

    withdraw_something(owner, 1)
    rebuild_dirty_dates(user_id=owner.pk)

    page = signed_in.get("/dashboard").text
    assert "Nothing burned yet" in page
    assert "Calls that you took back" in page


def test_its_owner_brings_it_back(signed_in: Client, owner: User, record: WithdrawalRecord) -> None:
    answer = signed_in.post(f"/withdrawals/{record.pk}/undo", follow=True)
    assert "being brought back" in answer.text

    decisions.carry_out(user_id=owner.pk, now=timezone.now())

    assert Call.objects.filter(withdrawn_at=None).count() == 3
    page = signed_in.get("/withdrawals").text
    assert '<span class="pill">brought back</span>' in page
    assert "Bring them back" not in page


def test_a_withdrawal_of_thirty_days_ago_is_final(signed_in: Client, record: WithdrawalRecord) -> None:
    WithdrawalRecord.objects.update(changed_at=timezone.now() - timedelta(days=30))

    assert "Bring them back" not in signed_in.get("/withdrawals").text
    assert "any more" in signed_in.post(f"/withdrawals/{record.pk}/undo", follow=True).text
    assert not Call.objects.filter(withdrawn_at=None).exists()


def test_an_open_overview_learns_of_it(signed_in: Client, record: WithdrawalRecord) -> None:
    version = signed_in.get("/dashboard/version")["ETag"]

    signed_in.post(f"/withdrawals/{record.pk}/undo")

    assert signed_in.get("/dashboard/version")["ETag"] != version


@pytest.fixture
def waiting(owner: User) -> WithdrawalRecord:
    return withdraw_something(owner, *range(10, 160), reason="forgotten")


@pytest.mark.parametrize("path", ["/dashboard", "/settings"])
def test_pages_say_that_something_waits(signed_in: Client, waiting: WithdrawalRecord, path: str) -> None:
    words = "A machine asked to take back or lower 150\N{NO-BREAK SPACE}calls."
    assert words in signed_in.get(path).text

    signed_in.post(f"/withdrawals/{waiting.pk}/decline")

    assert words not in signed_in.get(path).text


@pytest.mark.parametrize(("decision", "counted"), [("approve", 0), ("decline", 150)])
def test_what_waits_is_decided_once(
    signed_in: Client, owner: User, waiting: WithdrawalRecord, decision: str, counted: int
) -> None:
    assert "Take them back" in signed_in.get("/withdrawals").text
    assert Call.objects.filter(withdrawn_at=None).count() == 150

    signed_in.post(f"/withdrawals/{waiting.pk}/{decision}")
    decisions.carry_out(user_id=owner.pk, now=timezone.now())
    other = "decline" if decision == "approve" else "approve"
    answer = signed_in.post(f"/withdrawals/{waiting.pk}/{other}", follow=True)

    assert "You decided before" in answer.text
    assert Call.objects.filter(withdrawn_at=None).count() == counted
    assert "Take them back" not in signed_in.get("/withdrawals").text


def test_what_waits_is_first_however_old_it_is(
    signed_in: Client, record: WithdrawalRecord, waiting: WithdrawalRecord
) -> None:
    WithdrawalRecord.objects.filter(pk=waiting.pk).update(made_at=record.made_at - timedelta(days=1))

    page = signed_in.get("/withdrawals").text

    assert page.index(f"withdrawal-{waiting.pk}") < page.index(f"withdrawal-{record.pk}")


def test_nobody_elses_withdrawals_are_seen_or_undone(client: Client, stranger: User, record: WithdrawalRecord) -> None:
    client.force_login(stranger)

    assert "Nothing was taken back" in client.get("/withdrawals").text
    for decision in ("undo", "approve", "decline"):
        assert client.post(f"/withdrawals/{record.pk}/{decision}").status_code == 404
    assert not Call.objects.filter(withdrawn_at=None).exists()
