"""One's own export: what is in it, who gets it, and for how long."""

import csv
import io
import json
import re
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from functools import partial
from zipfile import ZipFile

import pytest
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from codextime.accounts.models import User
from codextime.accounts.services import start_session_grouping
from codextime.boards.services import join_board
from codextime.dashboard.services import ask_to_erase_account, erase_account, erase_usage
from codextime.devices.services import pair_own_device
from codextime.exports import services
from codextime.exports.models import Export, ExportPart
from codextime.lib.advisory_locks import Lock, try_lock
from codextime.pricing.own_rates import set_own_credit_price, set_own_rate
from codextime.programs.services import make_read_token
from codextime.teams.inviting import invite
from codextime.teams.models import Membership, Role
from codextime.teams.seats import share_seat
from codextime.teams.services import create_team
from codextime.usage.models import Call, Source, Thread
from codextime.usage.threads import rename_thread
from tests.at_once import run_at_once, start, wait_until, waiting_backends
from tests.ingest.uploads import call, envelope, post
from tests.usage.readings import NOW, reading, store
from tests.usage.withdrawals import withdraw_something

pytestmark = pytest.mark.django_db(transaction=True)  # an export has a transaction of its own

DAY = timedelta(hours=24)


@pytest.fixture
def signed_in(client: Client, owner: User) -> Client:
    client.force_login(owner)
    return client


@pytest.fixture
def filled(owner: User, stranger: User) -> User:
    """The owner, who has something in every file of an export; so has a stranger."""
    for user in (owner, stranger):
        Authenticator.objects.create(user=user, type="webauthn", data={"name": "=phone", "credential": "a secret"})
        SocialAccount.objects.create(user=user, provider="github", uid=user.public_id, extra_data={"name": user.email})
        start_session_grouping(user=user, now=NOW)
        make_read_token(user=user, name="=script", now=NOW)
        _, token = pair_own_device(user=user, name="=HYPERLINK(1)", now=NOW)
        first = call(1, thread="a" * 32, parent_thread="b" * 32)
        post(Client(), token, envelope(user, first, call(2), label="Büro"))
        rename_thread(thread=Thread.objects.get(user=user), name="=Umbau")
        post(Client(), token, envelope(user, call(2, revision=300, input_tokens=900), upload=2))
        withdraw_something(user, 3)
        prices = dict.fromkeys(("input_usd", "cached_input_usd", "output_usd"), Decimal("1.5"))
        set_own_rate(user=user, model="custom", effective_from=NOW.date(), now=NOW, **prices)
        set_own_credit_price(user=user, usd_per_credit=Decimal("0.04"), now=NOW)
        fill_team(user)
        join_board(user=user, handle=user.email.partition("@")[0] + "-listed", now=NOW)
    return owner


def fill_team(user: User) -> None:
    """One of the user's own, which sees one of their sources; they invited somebody."""
    name = user.email.partition("@")[0]
    team = create_team(user=user, name="=Crew", slug=f"{name}-crew", time_zone="UTC", own_name=name, now=NOW)
    member = Membership.objects.get(team=team)
    sources = Source.objects.filter(user=user).values_list("pk", flat=True)[:1]
    share_seat(actor=member, source_ids=sources, label="=desk", starts_on=NOW.date(), keeps_past=False, now=NOW)
    invite(actor=member, email=f"friend-of-{name}@example.net", role=Role.ADMIN, now=NOW)


def make(user: User) -> Export:
    services.ask_for_export(user=user, now=timezone.now())
    assert services.make_export(user_id=user.pk, now=timezone.now())
    return Export.objects.get(user=user)


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor() as threads:
        yield threads


def hold_up(user: User, pool: ThreadPoolExecutor) -> Future[bool]:
    """An export that was begun and is held up before the calls, until our transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE programs_readtoken IN ACCESS EXCLUSIVE MODE")
    making = start(pool, partial(services.make_export, user_id=user.pk, now=timezone.now()))
    wait_until(lambda: waiting_backends() == 1)
    return making


def link_on(client: Client) -> str:
    found = re.search(r'href="(/settings/export/[^"]+)"', client.get("/settings").text)
    return found[1] if found else ""


def fetch(client: Client) -> HttpResponse:
    return client.get(link_on(client))


def unpack(file: bytes) -> dict[str, str]:
    with ZipFile(io.BytesIO(file)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name).decode() for name in archive.namelist()}


def lines(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_everything_of_the_account_is_in_it_and_nothing_of_others(
    signed_in: Client, filled: User, stranger: User
) -> None:
    signed_in.post("/settings/export")
    services.make_export(user_id=filled.pk, now=timezone.now())

    files = unpack(fetch(signed_in).getvalue())

    calls = {int(line["call_id"].replace("-", ""), 16): line for line in lines(files["calls.csv"])}
    assert len(calls) == Call.objects.filter(user=filled).count() == 3
    assert calls[1]["at"] == "2026-11-20T10:00:00.000000Z"
    assert (calls[1]["model"], calls[1]["thread"].replace("-", "")) == ("gpt-5.1-codex", "a" * 32)
    assert (calls[2]["input_tokens"], calls[2]["cached_input_tokens"], calls[2]["revision"]) == ("900", "600", "300")
    assert calls[3]["withdrawn_at"]
    assert {line["reason"] for line in lines(files["corrections.csv"])} == {"recounted", "copied_history"}
    assert [line["parent_key"].replace("-", "") for line in lines(files["sessions.csv"])] == ["b" * 32]
    assert len(lines(files["withdrawals.csv"])) == len(lines(files["uploads.csv"])) == 2
    assert [line["input_tokens"] for line in lines(files["replaced-readings.csv"])] == ["1000"]
    assert json.loads(files["profile.json"])[0]["email"] == filled.email
    assert json.loads(files["profile.json"])[0]["handle"] == "owner-listed"
    assert {source["label"] for source in json.loads(files["sources.json"])} == {"", "Büro"}
    assert json.loads(files["session-names.json"])[0]["name"] == "=Umbau"
    assert [device["name"] for device in json.loads(files["devices.json"])] == ["=HYPERLINK(1)"]
    assert [token["name"] for token in json.loads(files["read-tokens.json"])] == ["=script"]
    assert [step["name"] for step in json.loads(files["second-steps.json"])] == ["=phone"]
    assert [account["name"] for account in json.loads(files["connected-accounts.json"])] == [filled.email]
    assert "a secret" not in files["second-steps.json"]
    assert [rate["input"] for rate in json.loads(files["own-rates.json"])] == [1.5]
    assert [price["usd_per_credit"] for price in json.loads(files["own-credit-price.json"])] == [0.04]
    assert [team["address"] for team in json.loads(files["teams.json"])] == ["owner-crew"]
    assert [(seat["label"], len(seat["sources"])) for seat in json.loads(files["seats.json"])] == [("=desk", 1)]
    [invitation] = json.loads(files["team-invitations.json"])
    assert (invitation["email"], invitation["role"]) == ("friend-of-owner@example.net", "admin")
    assert [line["action"] for line in json.loads(files["team-log.json"])] == ["created", "shared", "invited"]
    for name, text in files.items():
        assert name == "README.txt" or not any(word in text for word in (stranger.email, stranger.public_id)), name
        assert not name.endswith(".csv") or "HYPERLINK" not in text, name


def test_a_large_one_is_kept_and_sent_in_parts(
    signed_in: Client, filled: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("codextime.exports.writing.PART_BYTES", 700)
    export = make(filled)

    answer = fetch(signed_in)
    file = answer.getvalue()

    assert ExportPart.objects.count() > 3
    assert len(unpack(file)) == 21
    assert int(answer["Content-Length"]) == export.size == len(file)
    assert answer["Content-Disposition"].startswith("attachment")
    assert "private" in answer["Cache-Control"]


def test_nobody_else_opens_it_and_no_other_link_does(client: Client, owner: User, stranger: User) -> None:
    link = f"/settings/export/{services.sign_link(make(owner))}"
    assert client.get(link).status_code == 302
    client.force_login(stranger)
    assert client.get(link)["Location"] == "/settings"
    client.force_login(owner)

    assert client.get(link).status_code == 200
    assert client.get(link[:-1] + ("a" if link[-1] != "a" else "b"))["Location"] == "/settings"


def test_after_a_day_it_is_gone(signed_in: Client, owner: User) -> None:
    export = make(owner)
    link = link_on(signed_in)

    assert services.forget_exports(now=export.forget_at - timedelta(seconds=1)) == 0
    with pytest.raises(services.ExportGone):
        services.open_export(user=owner, signed=services.sign_link(export), now=export.forget_at)
    assert services.forget_exports(now=export.forget_at) == 1

    assert not ExportPart.objects.exists()
    assert "too old" in signed_in.get(link, follow=True).text


def test_one_at_a_time_and_a_new_one_takes_its_place(signed_in: Client, owner: User) -> None:
    signed_in.post("/settings/export")
    assert "is being made already" in signed_in.post("/settings/export", follow=True).text
    assert link_on(signed_in) == ""
    services.make_export(user_id=owner.pk, now=timezone.now())
    first = link_on(signed_in)

    signed_in.post("/settings/export")
    services.make_export(user_id=owner.pk, now=timezone.now())

    assert Export.objects.count() == 1
    assert signed_in.get(first)["Location"] == "/settings"
    assert signed_in.get(link_on(signed_in)).status_code == 200


def test_a_lost_message_is_found_by_the_sweep_and_twice_makes_one(owner: User) -> None:
    now = timezone.now()
    services.ask_for_export(user=owner, now=now)

    assert services.sweep_exports(now=now + timedelta(seconds=30)) == 0
    assert services.sweep_exports(now=now + timedelta(seconds=61)) == 1
    assert services.make_export(user_id=owner.pk, now=now)
    assert not services.make_export(user_id=owner.pk, now=now)
    assert services.sweep_exports(now=now + DAY) == 0


def test_a_second_worker_leaves_the_first_one_alone(owner: User) -> None:
    services.ask_for_export(user=owner, now=timezone.now())
    with transaction.atomic():
        assert try_lock(Lock.EXPORT_OF_USER, owner.pk)

        assert run_at_once(partial(services.make_export, user_id=owner.pk, now=timezone.now())) == [False]

    assert services.make_export(user_id=owner.pk, now=timezone.now())


def test_uploads_go_on_meanwhile_and_it_shows_one_moment(
    signed_in: Client, owner: User, pool: ThreadPoolExecutor
) -> None:
    store(owner, reading(1))
    services.ask_for_export(user=owner, now=timezone.now())
    with transaction.atomic():
        making = hold_up(owner, pool)
        assert store(owner, reading(2)).added == 1

    assert making.result()
    assert len(lines(unpack(fetch(signed_in).getvalue())["calls.csv"])) == 1


def test_what_is_erased_meanwhile_is_not_stored(owner: User, pool: ThreadPoolExecutor) -> None:
    services.ask_for_export(user=owner, now=timezone.now())
    with transaction.atomic():
        making = hold_up(owner, pool)
        erase_usage(user=owner, now=timezone.now())

    assert not making.result()
    assert [kind.objects.count() for kind in (Export, ExportPart)] == [0, 0]


@pytest.mark.parametrize("erase", [ask_to_erase_account, erase_account])
def test_erasing_the_account_takes_it_along_at_once(owner: User, erase: object) -> None:
    make(owner)

    erase(user=owner, now=timezone.now())  # type: ignore[operator]

    assert not Export.objects.exists()
    assert not ExportPart.objects.exists()
