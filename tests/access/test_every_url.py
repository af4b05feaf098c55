"""Every URL of the server, for three persons; the table is in `tests/access/table.py`."""

import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

import pytest
from django.conf import settings
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from codextime.accounts import services as accounts
from codextime.accounts.models import User
from codextime.dashboard.calls.services import save_view
from codextime.devices import services as devices
from codextime.exports import services as exports
from codextime.exports.models import Export
from codextime.pricing.models import OwnRate
from codextime.pricing.own_rates import set_own_rate
from codextime.programs.services import make_read_token
from codextime.usage.models import Source, Thread
from tests.access.table import ROWS, SIGN_IN, Row
from tests.conftest import make_person
from tests.teams.crew import make_filled_team
from tests.usage.readings import reading, store
from tests.usage.withdrawals import withdraw_something

DAY = timedelta(days=1)
# A block of data is no script, and the policy of ours lets it be.
INLINE = re.compile(
    r"""<script(?! src=| id="[a-z-]+" type="application/json">)| style=| on[a-z]+=|<style|javascript:"""
)
POST_ONLY = [row for row in ROWS if row.route not in {other.route for other in ROWS if other.method == "GET"}]


def walk(resolver: URLResolver, prefix: str = "") -> Iterator[str]:
    for pattern in resolver.url_patterns:
        route = prefix + readable(str(pattern.pattern))
        if isinstance(pattern, URLPattern):
            yield route
        else:
            yield from walk(pattern, route)


def readable(regex: str) -> str:
    """A route as `path()` writes it, also where the library used a regular expression."""
    return re.sub(r"\(\?P(<\w+>)[^()]*\)", r"\1", regex).removeprefix("^").removesuffix("$")


@dataclass(frozen=True)
class People:
    """`filled` is what the owner has, by the name that it has in a path of the table. `cookies` are their sessions."""

    owner: int
    stranger: int
    filled: dict[str, str]
    cookies: dict[int, str]


@pytest.fixture(scope="module")
def people(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[People]:
    """Made once, and taken back after the module: each test goes back to here."""
    with django_db_blocker.unblock(), transaction.atomic():
        owner, stranger = make_person("owner"), make_person("stranger")
        filled = fill(owner) | make_filled_team(owner, timezone.now())
        yield People(owner.pk, stranger.pk, filled, {user.pk: sign_in(user) for user in (owner, stranger)})
        transaction.set_rollback(True)


@pytest.fixture
def owner(people: People, db: None) -> User:
    return User.objects.get(pk=people.owner)


def sign_in(user: User) -> str:
    """To sign in takes as long as a page does, and there are a thousand of them here."""
    return client_of(user).cookies[settings.SESSION_COOKIE_NAME].value


def fill(owner: User) -> dict[str, str]:
    now = timezone.now()
    device, _ = devices.pair_own_device(user=owner, name="Desk", now=now)
    source = Source.objects.create(user=owner, key=uuid.uuid4(), created_at=now)
    accounts.start_session_grouping(user=owner, now=now)
    return {
        "device": str(device.pk),
        "source": str(source.pk),
        "call": make_call(owner),
        "view": str(save_view(user=owner, name="Mine", query="", now=now)[0].pk),
        "read_token": str(make_read_token(user=owner, name="Script", now=now)[0].pk),
        "export": exports.sign_link(Export.objects.create(user=owner, asked_at=now, made_at=now, forget_at=now + DAY)),
        "own_rate": str(make_own_rate(owner).pk),
        "withdrawal": str(withdraw_something(owner).pk),
        "thread": str(Thread.objects.create(user=owner, key=uuid.uuid4()).pk),  # after what deletes unused ones
        "user_code": devices.start_pairing(requested_user=owner.public_id, now=now).user_code,
        "login_link": accounts.make_login_link(user=owner, now=now).rpartition("/")[2],
        "invitation": accounts.invite(email="ada@example.org", now=now).rpartition("/")[2],
    }


def make_own_rate(user: User) -> OwnRate:
    one = Decimal(1)
    return set_own_rate(
        user=user,
        model="custom",
        effective_from=timezone.now().date(),
        input_usd=one,
        cached_input_usd=one,
        output_usd=one,
        now=timezone.now(),
    )


def make_call(user: User) -> str:
    call = reading(77)
    store(user, call)
    return call.call_id.hex()


def send(client: Client, row: Row, filled: dict[str, str], method: str = "") -> HttpResponse:
    path = row.path.format(**filled)
    data = {name: value.format(**filled) for name, value in row.data.items()}
    return client.post(path, data) if (method or row.method) == "POST" else client.get(path)


def client_of(user: User | None) -> Client:
    client = Client()
    if user:
        client.force_login(user)
    return client


def client_with(cookie: str | None, *, enforce_csrf_checks: bool = False) -> Client:
    client = Client(enforce_csrf_checks=enforce_csrf_checks)
    if cookie:
        client.cookies[settings.SESSION_COOKIE_NAME] = cookie
    return client


def outcome(answer: HttpResponse) -> int | str:
    is_sent_to_sign_in = answer.status_code == 302 and answer["Location"].startswith("/accounts/login/")
    return SIGN_IN if is_sent_to_sign_in else answer.status_code


def assert_is_ours_and_private(answer: HttpResponse, owner: User) -> None:
    """A page has our frame and nothing inline; who is named in an answer is the only one who may keep it."""
    if answer.streaming:
        return
    if answer.get("Content-Type", "").startswith("text/html") and answer.status_code not in (301, 302):
        assert "not affiliated with OpenAI" in answer.text
        assert not INLINE.search(answer.text)
    assert owner.email not in answer.text or "private" in answer["Cache-Control"]


def test_every_url_has_a_row_and_every_row_a_url() -> None:
    assert set(walk(get_resolver())) == {row.route for row in ROWS}


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_who_gets_what(row: Row, people: People, owner: User) -> None:
    outcomes = {}
    for person, number in (("owner", people.owner), ("stranger", people.stranger), ("anonymous", None)):
        with transaction.atomic():
            answer = send(client_with(people.cookies.get(number)), row, people.filled)
            outcomes[person] = outcome(answer)
            transaction.set_rollback(True)  # each finds what the owner has as it was
        assert_is_ours_and_private(answer, owner)

    assert outcomes == {"owner": row.owner, "stranger": row.stranger, "anonymous": row.anonymous}


@pytest.mark.parametrize("row", POST_ONLY, ids=str)
def test_what_changes_something_does_not_listen_to_get(row: Row, people: People, owner: User) -> None:
    client = client_with(people.cookies[owner.pk])
    # An endpoint for machines asks who is there before it says what it listens to.
    assert send(client, row, people.filled, method="GET").status_code in (401, 405)


@pytest.mark.parametrize("row", [row for row in ROWS if row.method == "POST" and "api/" not in row.route], ids=str)
def test_what_changes_something_needs_the_token_of_our_own_form(row: Row, people: People, owner: User) -> None:
    client = client_with(people.cookies[owner.pk], enforce_csrf_checks=True)

    assert send(client, row, people.filled).status_code == 403


@pytest.mark.parametrize("is_signed_in", [True, False])
def test_a_page_that_is_not_there_is_ours_and_private_too(owner: User, is_signed_in: bool) -> None:
    answer = client_of(owner if is_signed_in else None).get("/nowhere")

    assert answer.status_code == 404
    assert_is_ours_and_private(answer, owner)
