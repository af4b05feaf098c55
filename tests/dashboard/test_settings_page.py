"""The settings: one's own only, each saved alone."""

import datetime
import re
import uuid

import pytest
from django.http import HttpResponse
from django.test import Client

from codextime.accounts.models import User
from codextime.lib.formats import THIN_SPACE
from codextime.usage.models import Call, Day, Source, Thread
from tests.programs.asking import Program
from tests.usage.burning import burn, call


@pytest.fixture
def signed_in(client: Client, owner: User) -> Client:
    client.force_login(owner)
    return client


def test_a_new_time_zone_moves_calls_to_its_days(signed_in: Client, owner: User) -> None:
    burn(owner, call("2025-10-01T23:30+00:00"))

    answer = signed_in.post("/settings/time-zone", {"time_zone": "Europe/Berlin"})

    owner.refresh_from_db()
    assert answer["Location"] == "/settings"
    assert (owner.time_zone, owner.has_chosen_time_zone) == ("Europe/Berlin", True)
    assert [day.on for day in Day.objects.filter(user=owner)] == [datetime.date(2025, 10, 2)]


@pytest.mark.parametrize("zone", ["", "Mars/Olympus", "../../etc/passwd", "europe/berlin"])
def test_a_zone_that_does_not_exist_changes_nothing_and_says_so(signed_in: Client, owner: User, zone: str) -> None:
    answer = signed_in.post("/settings/time-zone", {"time_zone": zone})

    owner.refresh_from_db()
    assert answer.status_code == 400
    assert "field-error" in answer.text
    assert (owner.time_zone, owner.has_chosen_time_zone) == ("UTC", False)


def test_calls_are_grouped_by_session_from_one_switch_to_the_other(signed_in: Client, owner: User) -> None:
    burn(owner, call("2025-10-01T12:00+00:00"))
    assert "Switch on" in signed_in.get("/settings").text

    signed_in.post("/settings/sessions/group")
    Call.objects.update(thread=Thread.objects.create(user=owner, key=uuid.uuid4()))
    assert "Switch off" in signed_in.get("/settings").text
    signed_in.post("/settings/sessions/ungroup")

    owner.refresh_from_db()
    assert owner.session_grouping_since is None
    assert (Call.objects.get(user=owner).thread_id, Thread.objects.count()) == (None, 0)


def test_a_label_is_renamed_by_its_owner(signed_in: Client, owner: User) -> None:
    burn(owner, call("2025-10-01T12:00+00:00"))
    source = Source.objects.get(user=owner)

    signed_in.post(f"/settings/labels/{source.pk}", {"label": "  work laptop "})

    source.refresh_from_db()
    assert source.label == "work laptop"
    assert 'value="work laptop"' in signed_in.get("/settings").text


def test_homes_that_get_the_same_label_are_one_in_all_figures(signed_in: Client, owner: User) -> None:
    for number in (1, 2):
        burn(owner, call("2025-10-01T12:00+00:00"), label=f"home {number}", source=uuid.UUID(int=number))

    for source in Source.objects.filter(user=owner):
        signed_in.post(f"/settings/labels/{source.pk}", {"label": "laptop"})

    [row] = Program(owner).read_csv("totals?group=label")
    assert (row["label"], row["calls"], row["tokens"]) == ("laptop", "2", "2400")


def test_an_archived_home_counts_on_and_comes_back_when_it_uploads(signed_in: Client, owner: User) -> None:
    burn(owner, call("2025-10-01T12:00+00:00"), label="old laptop")
    source = Source.objects.get(user=owner)

    signed_in.post(f"/settings/labels/{source.pk}/archive")
    archived = signed_in.get("/settings").text
    assert "In the archive" in archived
    assert "Bring back" in archived
    assert Call.objects.get(user=owner).source_id == source.pk

    burn(owner, call("2025-10-02T12:00+00:00"))
    assert "In the archive" not in signed_in.get("/settings").text


def test_an_archived_home_is_brought_back_by_its_owner(signed_in: Client, owner: User) -> None:
    burn(owner, call("2025-10-01T12:00+00:00"), label="old laptop")
    source = Source.objects.get(user=owner)

    signed_in.post(f"/settings/labels/{source.pk}/archive")
    signed_in.post(f"/settings/labels/{source.pk}/bring-back")

    source.refresh_from_db()
    assert source.archived_at is None


def test_a_label_of_somebody_else_does_not_exist(signed_in: Client, stranger: User) -> None:
    burn(stranger, call("2025-10-01T12:00+00:00"), label="theirs")
    source = Source.objects.get(user=stranger)

    answer = signed_in.post(f"/settings/labels/{source.pk}", {"label": "mine"})

    source.refresh_from_db()
    assert answer.status_code == 404
    assert source.label == "theirs"
    assert "theirs" not in signed_in.get("/settings").text


def test_a_label_that_is_too_long_is_refused(signed_in: Client, owner: User) -> None:
    burn(owner, call("2025-10-01T12:00+00:00"), label="laptop")
    source = Source.objects.get(user=owner)

    answer = signed_in.post(f"/settings/labels/{source.pk}", {"label": "x" * 61})

    source.refresh_from_db()
    assert source.label == "laptop"
    assert answer.status_code == 400
    assert "Use at most 60 characters; these are 61." in answer.text
    assert f'value="{"x" * 61}"' in answer.text  # to shorten, not to type again
    assert "maxlength" not in answer.text  # with which a browser cuts without a word what is pasted


def test_a_source_is_listed_once_it_has_calls_or_a_label(signed_in: Client, owner: User) -> None:
    now = datetime.datetime(2025, 10, 1, tzinfo=datetime.UTC)
    for number, label in enumerate(["", "idle laptop"]):
        Source.objects.create(user=owner, key=uuid.UUID(int=number), label=label, created_at=now)
    burn(owner, call("2025-10-01T12:00+00:00"))

    page = signed_in.get("/settings").text

    assert "idle laptop" in page
    assert "Source 3" in page
    assert "Source 1" not in page


def choose_theme(client: Client, theme: str, origin: str = "http://testserver", **data: str) -> HttpResponse:
    return client.post("/settings/theme", {"theme": theme, **data}, headers={"Origin": origin})


def test_a_chosen_theme_stays_until_the_system_decides_again(signed_in: Client) -> None:
    for client, path in ((signed_in, "/settings"), (Client(), "/help")):
        choose_theme(client, "dark")
        assert 'data-theme="dark"' in client.get(path).text

        choose_theme(client, "system")
        assert 'data-theme=""' in client.get(path).text


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "", "http://testserver.evil.example"])
def test_no_other_site_chooses_the_theme(client: Client, origin: str) -> None:
    answer = choose_theme(client, "dark", origin)

    assert answer.status_code == 403
    assert "theme" not in client.cookies


@pytest.mark.django_db
def test_a_page_for_strangers_carries_a_switch_and_no_secret(client: Client) -> None:
    answer = client.get("/help?from=elsewhere")

    assert 'name="next" value="/help?from=elsewhere"' in answer.text
    assert "csrfmiddlewaretoken" not in answer.text
    assert not answer.cookies


def test_after_a_choice_a_stranger_without_a_page_of_ours_is_at_the_start(client: Client) -> None:
    assert choose_theme(client, "dark", next="https://evil.example/")["Location"] == "/"


@pytest.mark.parametrize(
    ("wanted", "target"),
    [
        ("/dashboard?period=7d", "/dashboard?period=7d"),
        ("https://evil.example/", "/settings"),
        ("//evil.example/", "/settings"),
        ("javascript:alert(1)", "/settings"),
        ("", "/settings"),
    ],
)
def test_after_a_change_one_is_back_where_one_was_and_never_elsewhere(
    signed_in: Client, wanted: str, target: str
) -> None:
    assert choose_theme(signed_in, "dark", next=wanted)["Location"] == target


@pytest.mark.parametrize("path", ["/settings/time-zone", "/settings/theme", "/settings/labels/1"])
def test_changes_need_a_post_with_a_token(owner: User, path: str) -> None:
    careful = Client(enforce_csrf_checks=True)
    careful.force_login(owner)

    assert careful.get(path).status_code == 405
    assert careful.post(path, {"theme": "dark"}).status_code == 403


def test_the_first_visits_offer_the_browsers_zone_until_one_is_chosen(signed_in: Client, owner: User) -> None:
    assert "data-zone-offer" in signed_in.get("/dashboard").text

    signed_in.post("/settings/time-zone", {"time_zone": "UTC", "next": "/dashboard"})

    assert "data-zone-offer" not in signed_in.get("/dashboard").text


def test_numbers_read_as_the_user_wants_on_all_their_pages_and_nobody_elses(
    signed_in: Client, owner: User, stranger: User
) -> None:
    other = Client()
    other.force_login(stranger)
    for user in (owner, stranger):
        burn(user, call("2025-10-01T12:00+00:00"))
    page = "/dashboard?period=all"
    assert "1,200" in signed_in.get(page).text

    signed_in.post("/settings/formats", {"week_start": "6", "number_format": "point", "clock_hours": "24"})

    assert "1.200" in signed_in.get(page).text
    assert "1,200" not in signed_in.get(page).text
    assert "1,200" in other.get(page).text
    assert '<option value="6" selected>' in signed_in.get("/settings").text


def test_pages_for_everybody_read_the_same_to_everybody(signed_in: Client) -> None:
    signed_in.post("/settings/formats", {"week_start": "0", "number_format": "space", "clock_hours": "12"})

    for page in ("/example", "/example?period=30d", "/api-equivalent"):
        assert THIN_SPACE not in signed_in.get(page).text


@pytest.mark.parametrize(
    "wrong", [{"week_start": "2"}, {"number_format": "roman"}, {"week_start": ""}, {"clock_hours": "13"}]
)
def test_a_format_that_does_not_exist_changes_nothing_and_says_so(
    signed_in: Client, owner: User, wrong: dict[str, str]
) -> None:
    answer = signed_in.post(
        "/settings/formats", {"week_start": "6", "number_format": "point", "clock_hours": "12"} | wrong
    )

    owner.refresh_from_db()
    assert answer.status_code == 400
    assert "field-error" in answer.text
    assert (owner.week_start, owner.number_format, owner.clock_hours) == (0, "comma", 24)


def test_the_list_of_sections_leads_to_all_of_them(signed_in: Client) -> None:
    page = signed_in.get("/settings").text

    sections = re.findall(r'<section class="card" aria-labelledby="([^"]+)"', page)
    assert re.findall(r'<li><a href="#([^"]+)"', page) == sections
    assert all(f'<h2 id="{name}"' in page for name in sections)
