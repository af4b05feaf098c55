"""The wire format is frozen: the tracker still makes these bytes. tests/ingest proves that the server takes them."""

import json

import pytest

from tests.contracts.samples import FOLDER, samples

MADE = samples()


@pytest.mark.parametrize("name", sorted(MADE))
def test_the_tracker_still_sends_these_bytes(name: str) -> None:
    assert (FOLDER / name).read_bytes() == MADE[name]


def test_every_frozen_sample_is_checked() -> None:
    assert {path.name for path in FOLDER.glob("upload-v*-*.json")} == set(MADE)


def test_the_basic_sample_holds_every_kind_of_call() -> None:
    calls = json.loads((FOLDER / "upload-v1-basic.json").read_bytes())["calls"]

    assert {row["model"] for row in calls} >= {"gpt-5.1-codex-max", "o3", "custom"}
    assert {row["revision"] for row in calls} == {1, 257}
