"""The contract file says what may leave a machine. Each side carries it, and both carry the same."""

import json
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TRACKERS = ROOT / "uploader/codextime_tracker/contract/upload-v1.json"
SERVERS = ROOT / "codextime/ingest/contract/upload-v1.json"


def test_the_tracker_and_the_server_carry_the_same_contract() -> None:
    assert TRACKERS.read_bytes() == SERVERS.read_bytes()


def test_every_field_has_a_sentence_that_explains_it() -> None:
    contract = json.loads(TRACKERS.read_text())

    for part in ("envelope", "call", "withdrawal", "listed_call"):
        for field in contract[part]:
            assert field["sentence"].endswith("."), field["name"]
