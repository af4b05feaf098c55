"""Staff sees, adds, confirms and removes rates in the admin; each leaves a line that stays."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.test import Client

from codextime.accounts.models import User
from codextime.pricing.models import OperatorRates, RateEvent
from codextime.pricing.rates import PACKAGED
from codextime.pricing.selectors import get_book
from tests.conftest import make_person

LIST = "/admin/pricing/operatorrates/"
PAGES = (LIST, f"{LIST}add/", f"{LIST}in-force/", "/admin/pricing/rateevent/")
FORM = {
    "model_name": "gpt-5.4",
    "unit": "usd",
    "effective_from": "2026-11-01",
    "input": "2",
    "cached_input": "0.2",
    "cache_write": "",
    "output": "12",
    "long_input": "2",
    "long_output": "1.5",
    "checked_on": "2026-11-20",
    "evidence": "official page copy",
    "url": "https://developers.openai.com/api/docs/models/gpt-5.4",
    "note": "",
}


@pytest.fixture
def operator(db: None) -> User:
    user = make_person("operator")
    user.is_staff = user.is_superuser = True
    user.save()
    return user


@pytest.fixture
def admin(operator: User) -> Client:
    client = Client()
    client.force_login(operator)
    return client


def lines() -> list[tuple[str, str, User | None]]:
    return [(event.action, event.model, event.operator) for event in RateEvent.objects.order_by("pk")]


def test_an_added_rate_holds_from_its_day_on_after_what_held_before(admin: Client, operator: User) -> None:
    assert admin.post(f"{LIST}add/", FORM)["Location"] == LIST

    before, new = get_book().rates["gpt-5.4"]
    assert (before.amounts, before.effective_until) == (PACKAGED.rates["gpt-5.4"][0].amounts, date(2026, 11, 1))
    assert (str(new.input), str(new.output), new.checked_on) == ("2", "12", date(2026, 11, 20))
    assert new.long_context is not None
    assert get_book().credits["gpt-5.4"] == PACKAGED.credits["gpt-5.4"]
    assert lines() == [("add", "gpt-5.4", operator)]
    assert "2026-11-01" in admin.get(f"{LIST}in-force/").text


def test_a_rate_of_the_same_day_takes_its_place_and_one_before_a_later_one_is_refused(admin: Client) -> None:
    admin.post(f"{LIST}add/", FORM)
    admin.post(f"{LIST}add/", FORM | {"input": "3"})
    assert [str(rate.input) for rate in get_book().rates["gpt-5.4"]] == ["2.5", "3"]

    answer = admin.post(f"{LIST}add/", FORM | {"effective_from": "2026-10-01"})

    assert "A rate of this model begins on a later day." in answer.text
    assert RateEvent.objects.count() == 2


def test_credits_and_new_models_are_added_likewise(admin: Client) -> None:
    new = FORM | {"model_name": "gpt-7", "url": "https://openai.com/pricing", "long_input": "", "long_output": ""}
    admin.post(f"{LIST}add/", new | {"unit": "credits"})
    admin.post(f"{LIST}add/", new)

    book = get_book()
    assert [len(listed["gpt-7"]) for listed in (book.rates, book.credits)] == [1, 1]
    assert book.rates["gpt-7"][0].long_context is None


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"url": "https://openai.com.example.org/"}, "This is no rate"),
        ({"url": "javascript:alert(1)"}, "This is no rate"),
        ({"model_name": "GPT 5"}, "This is no rate"),
        ({"input": "-1"}, "below zero"),
        ({"output": "1000001"}, "above 1,000,000"),
        ({"evidence": "typed by a user"}, "not one of the available choices"),
        ({"checked_on": (datetime.now(UTC) + timedelta(days=3)).date().isoformat()}, "still to come"),
        ({"checked_on": ""}, "This field is required"),
    ],
    ids=str,
)
def test_what_is_no_rate_is_refused_and_leaves_no_line(admin: Client, wrong: dict[str, str], says: str) -> None:
    answer = admin.post(f"{LIST}add/", FORM | wrong)

    assert answer.status_code == 200
    assert says in answer.text
    assert not OperatorRates.objects.exists()
    assert lines() == []


def test_shipped_rates_are_listed_to_read_and_can_be_confirmed(admin: Client, operator: User) -> None:
    page = admin.get(f"{LIST}in-force/").text
    assert all(model in page for model in ("gpt-5.4", "gpt-5.6-terra"))
    assert "codex-mini-latest" not in page  # it ended

    assert admin.post(f"{LIST}in-force/confirm/", {"model": "gpt-5.4"}).status_code == 302

    assert get_book().rates["gpt-5.4"][0].source == "confirmed by this server's operator"
    assert lines() == [("confirm", "gpt-5.4", operator)]
    assert "the shipped rates are right" in admin.get(LIST).text
    assert admin.get(f"{LIST}in-force/confirm/").status_code == 403
    assert "gpt-77 has no rates here" in admin.post(f"{LIST}in-force/confirm/", {"model": "gpt-77"}, follow=True).text


def test_removing_goes_back_to_the_shipped_rates_and_says_what_was_removed(admin: Client, operator: User) -> None:
    admin.post(f"{LIST}add/", FORM)

    assert admin.post(f"{LIST}gpt-5.4/delete/", {"post": "yes"}).status_code == 302

    assert get_book() is PACKAGED
    assert lines()[-1] == ("forget", "gpt-5.4", operator)
    removed = RateEvent.objects.latest("pk").rates
    assert [rate["input"] for rate in removed["rates"]] == ["2.5", "2"]
    assert LogEntry.objects.count() == 0


def test_a_command_leaves_a_line_of_nobody(admin: Client) -> None:
    call_command("pricing", "confirm", "gpt-5.4")
    call_command("pricing", "forget", "gpt-5.4")

    assert lines() == [("confirm", "gpt-5.4", None), ("forget", "gpt-5.4", None)]
    assert "went back to the shipped rates" in admin.get("/admin/pricing/rateevent/").text


def test_a_line_can_be_neither_changed_nor_deleted_and_forgets_an_erased_operator(
    admin: Client, operator: User
) -> None:
    admin.post(f"{LIST}in-force/confirm/", {"model": "gpt-5.4"})
    for change in ("UPDATE pricing_rateevent SET model = 'gpt-5.5'", "DELETE FROM pricing_rateevent"):
        with pytest.raises(DatabaseError, match="stays as it is"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(change)

    operator.delete()

    assert lines() == [("confirm", "gpt-5.4", None)]


def test_rates_are_changed_by_staff_with_the_right_only(client: Client, owner: User) -> None:
    confirm = f"{LIST}in-force/confirm/"
    for address in (*PAGES, confirm):
        client.logout()
        assert client.get(address)["Location"].startswith("/accounts/login/?next=/admin/")
        client.force_login(owner)
        assert client.post(address, FORM).status_code == 404
    owner.is_staff = True
    owner.save()
    for address in (*PAGES, confirm):
        assert client.post(address, FORM).status_code == 403

    assert lines() == []


def test_pages_keep_to_the_security_policy(admin: Client) -> None:
    admin.post(f"{LIST}add/", FORM)
    for address in (*PAGES, f"{LIST}gpt-5.4/change/"):
        answer = admin.get(address)
        assert answer.status_code == 200
        assert not re.search(r"<script(?! src=| [^>]*src=)[^>]*>| style=| on[a-z]+=|<style", answer.text), address
