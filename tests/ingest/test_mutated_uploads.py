"""Thousands of broken uploads: each gets a receipt or a problem, never an error, and nothing impossible is stored."""

import gzip
import json
import logging
import os
import re

import psutil
import pytest
from django.db.models import F, Q
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from codextime.accounts.models import User
from codextime.ingest import limits, rules
from codextime.ingest.contract import CONTRACT
from codextime.ingest.models import Upload
from codextime.lib.rate_limits import RateLimit
from codextime.usage.models import TOKEN_FIELDS, Call, ModelName, Source
from codextime.usage.services import rebuild_dirty_dates
from tests.ingest.mutations import Mutated, mutated
from tests.ingest.uploads import URL
from tests.usage.readings import assert_totals_are_exact

pytestmark = pytest.mark.django_db

ANSWERS = {201, 400, 401, 409, 413, 415}
MAY_GROW_BY = 100 * 2**20  # bytes: a body of 8 MiB, unpacked and in pieces, and what the allocator keeps of it
MODEL = next(field["pattern"] for field in CONTRACT["call"] if field["name"] == "model")


@pytest.fixture(autouse=True)
def no_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("UPLOADS_OF_DEVICE", "UPLOADS_OF_USER", "REQUESTS_OF_NETWORK"):
        monkeypatch.setattr(limits, name, RateLimit(name, amount=10**9, seconds=60, is_lenient=True))


@pytest.fixture(autouse=True)
def no_record(caplog: pytest.LogCaptureFixture) -> None:
    """pytest keeps every record, and each keeps its request: that would be what grows."""
    caplog.set_level(logging.ERROR, "django.request")


def send(client: Client, upload: Mutated) -> HttpResponse:
    return client.generic("POST", URL, upload.body, upload.headers["Content-Type"], headers=upload.headers)


def check_answer(number: int, answer: HttpResponse) -> None:
    assert answer.status_code in ANSWERS, f"mutated({number}) got {answer.status_code}"
    body = json.loads(answer.content)
    if answer.status_code == 201:
        assert answer["Content-Type"] == "application/json"
        assert min(body[count] for count in ("added", "replaced", "already_there", "withdrawn")) >= 0, number
    else:
        assert answer["Content-Type"] == "application/problem+json", number
        assert (body["status"], bool(body["detail"]), len(answer.content) < 1000) == (answer.status_code, True, True), (
            number
        )


def check_receipt(number: int, answer: HttpResponse, upload: Mutated) -> None:
    """Every call of an upload that is stored is added, replaced, there already or refused."""
    is_packed = upload.headers.get("Content-Encoding", "").lower() == "gzip"
    body = gzip.decompress(upload.body) if is_packed else upload.body
    sent = json.loads(body.decode("utf-8", "replace"), strict=False, parse_int=str)
    receipt = json.loads(answer.content)
    counted = [receipt["added"], receipt["replaced"], receipt["already_there"]]
    refused = [row for row in receipt["refused"] if row["part"] == "calls"]
    assert sum(counted) + len(refused) == len(sent["calls"]), number


def check_what_is_stored(user: User) -> None:
    impossible = (
        Q(cached_input_tokens__gt=F("input_tokens"))
        | Q(cache_write_input_tokens__gt=F("input_tokens"))
        | Q(reasoning_output_tokens__gt=F("output_tokens"))
        | Q(at__lt=rules.EARLIEST)
        | Q(at__gt=timezone.now() + rules.CLOCK_TOLERANCE)
        | ~Q(revision__range=(1, 511))
    )
    for field in TOKEN_FIELDS:
        impossible |= Q(**{f"{field}__lt": 0})
    assert not Call.objects.filter(impossible).exists()
    assert all(re.fullmatch(MODEL, name) for name in ModelName.objects.values_list("name", flat=True))
    assert all(len(label) <= 60 and label.isprintable() for label in Source.objects.values_list("label", flat=True))
    assert not Upload.objects.exclude(user=user).exists()
    assert not Call.objects.exclude(user=user).exists()
    rebuild_dirty_dates(user_id=user.pk)
    assert_totals_are_exact(user)


def send_all(client: Client, owner: User, token: str, numbers: range) -> dict[int, int]:
    """How often each status came."""
    seen = dict.fromkeys(ANSWERS, 0)
    memory, before = psutil.Process(os.getpid()), 0
    for number in numbers:
        upload = mutated(number, user=owner.public_id, token=token)
        answer = send(client, upload)
        check_answer(number, answer)
        seen[answer.status_code] += 1
        if answer.status_code == 201:
            check_receipt(number, answer, upload)
            again = send(client, upload)
            assert (again.status_code, again.json()) == (200, answer.json()), number
        before = before or (memory.memory_info().rss if number == numbers[100] else 0)
        if number % 100 == 0 and before:
            assert memory.memory_info().rss - before < MAY_GROW_BY, number
    check_what_is_stored(owner)
    return seen


def test_a_hundred_and_fifty_mutated_uploads_do_no_harm(client: Client, owner: User, token: str) -> None:
    seen = send_all(client, owner, token, range(150))

    assert seen[201] > 30  # else rows and storing are not reached
    assert seen[400] > 30
    assert Call.objects.filter(withdrawn_at=None).count() > 25


@pytest.mark.soak
@pytest.mark.django_db(transaction=True)  # in one transaction each would read the dead staged rows of all before
@pytest.mark.parametrize("first", range(1_000, 11_000, 5_000))
def test_ten_thousand_mutated_uploads_do_no_harm(client: Client, owner: User, token: str, first: int) -> None:
    seen = send_all(client, owner, token, range(first, first + 5_000))

    assert seen[201] > 500
    assert all(seen.values()), seen
