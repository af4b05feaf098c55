"""What an upload stores, and what its receipt says."""

import json
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

from codextime.accounts.models import User
from codextime.devices.models import Device
from codextime.devices.services import pair_own_device, revoke_device
from codextime.ingest.models import Upload
from codextime.usage.decisions import carry_out, undo_withdrawal
from codextime.usage.mark_models import DirtyDate
from codextime.usage.models import Call, Correction, Source, WithdrawalRecord
from tests.ingest.uploads import call, envelope, post

pytestmark = pytest.mark.django_db

CONTRACTS = Path(__file__).parents[1] / "contracts"


def test_new_calls_are_stored_and_their_dates_are_dirty(client: Client, owner: User, token: str) -> None:
    answer = post(client, token, envelope(owner, call(1), call(2, at="2026-11-19T23:59:59.999Z")))

    assert answer.status_code == 201
    assert answer.json()["added"] == 2
    assert answer.json()["dashboard_url"].endswith("/dashboard")
    stored = Call.objects.get(user=owner, call_id="00000000-0000-0000-0000-000000000001")
    assert (stored.input_tokens, stored.cached_input_tokens, stored.model.name) == (1000, 600, "gpt-5.1-codex")
    assert {str(on) for on in DirtyDate.objects.values_list("on", flat=True)} == {"2026-11-19", "2026-11-20"}


def test_the_same_upload_again_gets_the_same_receipt(client: Client, owner: User, token: str) -> None:
    first = post(client, token, envelope(owner, call()))

    again = post(client, token, envelope(owner, call()))

    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()
    assert Upload.objects.count() == 1


def test_another_upload_with_the_same_id_is_refused(client: Client, owner: User, token: str) -> None:
    post(client, token, envelope(owner, call(1)))

    answer = post(client, token, envelope(owner, call(2)))

    assert (answer.status_code, answer.json()["code"]) == (409, "upload_id_reused")
    assert Call.objects.count() == 1


def test_calls_that_are_there_are_not_stored_again(client: Client, owner: User, token: str) -> None:
    post(client, token, envelope(owner, call(1), upload=1))

    receipt = post(client, token, envelope(owner, call(1), call(2), upload=2)).json()

    assert (receipt["added"], receipt["already_there"], Call.objects.count()) == (1, 1, 2)


@pytest.mark.parametrize(("revision", "is_replaced"), [(258, True), (257, False), (2, False)])
def test_only_a_higher_revision_replaces_a_call(
    client: Client, owner: User, token: str, revision: int, is_replaced: bool
) -> None:
    post(client, token, envelope(owner, call(1), upload=1))

    better = call(1, input_tokens=5000, revision=revision, reason="recounted")
    receipt = post(client, token, envelope(owner, better, upload=2)).json()

    assert receipt["replaced"] == is_replaced
    assert Call.objects.get().input_tokens == (5000 if is_replaced else 1000)
    assert Correction.objects.count() == is_replaced


def test_a_withdrawn_call_stays_away_until_a_higher_revision(client: Client, owner: User, token: str) -> None:
    post(client, token, envelope(owner, call(1), upload=1))
    withdrawal = {"id": f"{1:032x}", "revision": 257, "reason": "copied_history"}

    receipt = post(client, token, envelope(owner, upload=2, withdrawals=[withdrawal])).json()
    post(client, token, envelope(owner, call(1), upload=3))

    assert receipt["withdrawn"] == 1
    assert Call.objects.get().withdrawn_at is not None
    post(client, token, envelope(owner, call(1, revision=258), upload=4))
    assert Call.objects.get().withdrawn_at is None


def test_a_large_withdrawal_waits_and_the_same_upload_again_asks_for_nothing_more(
    client: Client, owner: User, token: str
) -> None:
    post(client, token, envelope(owner, *(call(number) for number in range(1, 200)), upload=1))
    rows = [{"id": f"{number:032x}", "revision": 511, "reason": "forgotten"} for number in range(1, 151)]

    first, again = (post(client, token, envelope(owner, upload=2, withdrawals=rows)) for _ in range(2))

    assert again.json() == first.json()
    assert (first.json()["withdrawn"], first.json()["waiting"]) == (0, 150)
    assert first.json()["withdrawals_url"].endswith("/withdrawals")
    assert Call.objects.filter(withdrawn_at=None).count() == 199
    assert WithdrawalRecord.objects.get().calls == 150


def test_much_that_would_be_replaced_by_less_waits_and_the_same_upload_again_asks_for_nothing_more(
    client: Client, owner: User, token: str
) -> None:
    post(client, token, envelope(owner, *(call(number) for number in range(1, 200)), upload=1))
    less = [call(number, revision=511, output_tokens=40) for number in range(1, 151)]

    first, again = (post(client, token, envelope(owner, *less, upload=2)) for _ in range(2))

    assert again.json() == first.json()
    counts = ("replaced", "already_there", "waiting", "replacements_waiting")
    assert [first.json()[name] for name in counts] == [0, 150, 0, 150]
    assert not Call.objects.exclude(output_tokens=100).exists()
    assert WithdrawalRecord.objects.get().calls == 150


def test_an_upload_sent_again_after_its_withdrawal_was_undone_withdraws_nothing(
    client: Client, owner: User, token: str
) -> None:
    body = envelope(owner, upload=2, withdrawals=[{"id": f"{1:032x}", "revision": 511, "reason": "forgotten"}])
    post(client, token, envelope(owner, call(1), upload=1))
    first = post(client, token, body)
    now = timezone.now()
    undo_withdrawal(record=WithdrawalRecord.objects.get(), now=now)
    carry_out(user_id=owner.pk, now=now)

    assert post(client, token, body).json() == first.json()
    assert Call.objects.get().withdrawn_at is None


def test_the_first_source_keeps_a_call_and_a_label_names_its_source(client: Client, owner: User, token: str) -> None:
    post(client, token, envelope(owner, call(1), upload=1, label="work laptop"))
    post(client, token, envelope(owner, call(1), upload=2, source="6" * 32))

    assert Call.objects.get().source.label == "work laptop"
    assert Source.objects.count() == 2


def test_two_accounts_may_have_a_call_with_the_same_id(client: Client, owner: User, stranger: User, token: str) -> None:
    others = pair_own_device(user=stranger, name="Desk", now=stranger.date_joined)[1]

    post(client, token, envelope(owner, call(1)))
    post(client, others, envelope(stranger, call(1)))

    assert {stored.user for stored in Call.objects.all()} == {owner, stranger}


@pytest.mark.parametrize("path", sorted(CONTRACTS.glob("upload-v1-*.json")), ids=lambda path: path.stem)
def test_what_trackers_ever_sent_is_accepted(client: Client, owner: User, token: str, path: Path) -> None:
    body = json.loads(path.read_text())
    User.objects.filter(pk=owner.pk).update(public_id=body["user"])

    answer = post(client, token, body)

    assert answer.status_code == 201, answer.content
    assert answer.json()["refused"] == []
    assert Call.objects.filter(withdrawn_at=None).count() == len(body["calls"])


@pytest.mark.parametrize("token", ["", "cxt_wrong"])
def test_a_wrong_token_is_told_what_to_run(client: Client, owner: User, token: str) -> None:
    answer = post(client, token, envelope(owner, call()))

    assert answer.status_code == 401
    assert "codextime-tracker" in answer.json()["detail"]
    assert not Call.objects.exists()


def test_a_revoked_token_is_told_what_to_run(client: Client, owner: User, token: str) -> None:
    revoke_device(device=Device.objects.get(), now=owner.date_joined)

    answer = post(client, token, envelope(owner, call()))

    assert (answer.status_code, answer.json()["code"]) == (401, "token_revoked")
    assert not Call.objects.exists()


def test_the_token_of_another_account_is_refused(client: Client, owner: User, stranger: User, token: str) -> None:
    answer = post(client, token, envelope(stranger, call()))

    assert (answer.status_code, answer.json()["code"]) == (401, "token_of_another_account")
    assert not Call.objects.exists()


def test_the_openapi_document_has_every_field_of_the_contract(client: Client) -> None:
    document = client.get("/api/v1/schema").json()

    body = document["paths"]["/api/v1/uploads"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert {"protocol", "upload_id", "user", "source", "label", "calls", "withdrawals"} == set(body["properties"])
    assert body["additionalProperties"] is False
