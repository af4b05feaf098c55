"""Ids are stored for ever: these vectors were made once and never change."""

import json
from pathlib import Path
from typing import Any

import pytest
from codextime_tracker.call_ids import call_id, thread_key

VECTORS = json.loads(Path(__file__).with_name("call-ids-v1.json").read_text())["vectors"]
THREADS = json.loads(Path(__file__).with_name("thread-keys-v1.json").read_text())["vectors"]


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["about"])
def test_an_id_is_what_it_always_was(vector: dict[str, Any]) -> None:
    made = call_id(user_id=vector["user_id"], thread_id=vector["thread_id"], identity=vector["identity"])

    assert made == vector["id"]


def test_no_two_vectors_share_an_id() -> None:
    assert len({vector["id"] for vector in VECTORS}) == len(VECTORS)


@pytest.mark.parametrize("vector", THREADS, ids=lambda vector: vector["about"])
def test_the_key_of_a_thread_is_what_it_always_was(vector: dict[str, Any]) -> None:
    assert thread_key(user_id=vector["user_id"], thread_id=vector["thread_id"]) == vector["key"]


def test_keys_of_threads_tell_users_and_threads_apart() -> None:
    assert len({vector["key"] for vector in THREADS}) == len(THREADS)
