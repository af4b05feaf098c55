"""What `codextime up` finds or makes in the database before it serves."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from codextime.accounts.models import AccountErasure, User
from codextime.devices.models import Device
from codextime.devices.services import authenticate_device, revoke_device
from codextime.runtime import syncing
from codextime.runtime.data_folder import DataFolder
from codextime.runtime.options import read_options
from codextime.runtime.prepare import Prepared, prepare_owner
from codextime.runtime.processes import Reaper
from codextime.usage.services import stop_session_grouping

NOW = datetime(2026, 5, 3, 12, tzinfo=UTC)


@pytest.mark.django_db
def test_the_first_start_makes_the_owner_and_pairs_the_machine() -> None:
    prepared = prepare_owner(kept_token="", now=NOW)

    owner = User.objects.get()
    assert prepared.user_id == owner.public_id
    assert prepared.upload_token
    assert authenticate_device(token=prepared.upload_token, now=NOW).user == owner


@pytest.mark.django_db
def test_the_next_start_finds_both_and_makes_a_new_link_only() -> None:
    first = prepare_owner(kept_token="", now=NOW)

    second = prepare_owner(kept_token=first.upload_token or "", now=NOW)

    assert (second.user_id, second.upload_token) == (first.user_id, first.upload_token)
    assert second.login_link != first.login_link
    assert Device.objects.count() == 1


@pytest.mark.django_db
def test_calls_are_grouped_by_session_until_the_owner_switches_that_off() -> None:
    first = prepare_owner(kept_token="", now=NOW)
    stop_session_grouping(user=User.objects.get())

    second = prepare_owner(kept_token=first.upload_token or "", now=NOW)

    assert (first.groups_by_session, second.groups_by_session) == (True, False)


@pytest.mark.django_db
def test_a_machine_that_the_owner_revoked_is_not_paired_again() -> None:
    first = prepare_owner(kept_token="", now=NOW)
    revoke_device(device=Device.objects.get(), now=NOW)

    second = prepare_owner(kept_token=first.upload_token or "", now=NOW)

    assert second.upload_token is None
    assert Device.objects.count() == 1


@pytest.mark.django_db
def test_an_account_that_is_going_to_be_erased_gets_no_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CODEX_HOME", str(tmp_path))
    prepare_owner(kept_token="", now=NOW)
    AccountErasure.objects.create(user=User.objects.get(), asked_at=NOW, due_at=NOW + timedelta(days=14))
    said: list[str] = []

    prepared = prepare_owner(kept_token="", now=NOW)

    assert prepared.upload_token is None
    reaper = Reaper()
    assert syncing.start(read_options(), DataFolder(tmp_path), prepared, reaper, said.append) is None
    reaper.finish()
    assert "keep the account, under Settings" in said[-1]


def test_without_its_token_a_machine_is_not_synced_and_the_owner_told_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CODEX_HOME", str(tmp_path))
    prepared = Prepared(user_id="u_bcdfghjkmnpqrs", login_link="", upload_token=None)
    said: list[str] = []
    reaper = Reaper()

    sync = syncing.start(read_options(), DataFolder(tmp_path), prepared, reaper, said.append)

    reaper.finish()
    assert sync is None
    assert f"remove {tmp_path / 'upload-token'}" in said[-1]
