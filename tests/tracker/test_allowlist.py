"""Nothing leaves but the contract's fields, each in the shape that the contract gives it."""

from typing import Any

import pytest
from codextime_tracker.allowlist import NotAllowed, call_row, contract, envelope, model_that_may_leave, withdrawal_row
from hypothesis import given
from hypothesis import strategies as st

CALL = {
    "id": "0123456789abcdef" * 2,
    "at": "2026-11-21T01:48:44.695Z",
    "model": "gpt-5.1-codex-max",
    "input_tokens": 2105,
    "cached_input_tokens": 100,
    "cache_write_input_tokens": 0,
    "output_tokens": 55,
    "reasoning_output_tokens": 7,
    "revision": 257,
    "reason": None,
}

OPTIONAL = {"reason", "thread", "parent_thread"}


def names(part: str) -> list[str]:
    return [field["name"] for field in contract()[part]]


def test_a_row_has_the_contracts_fields_and_no_other() -> None:
    row = call_row({**CALL, "thread_id": "SENTINEL", "file_name": "SENTINEL", "logged_total_tokens": 9999})

    assert list(row) == [name for name in names("call") if name not in OPTIONAL]
    assert "SENTINEL" not in str(row)


@pytest.mark.parametrize("field", [name for name in names("call") if name != "model"])
def test_a_text_in_the_place_of_any_field_stops_the_row(field: str) -> None:
    with pytest.raises(NotAllowed, match=field):
        call_row({**CALL, field: "SENTINEL prompt"})


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("id", "0" * 31),
        ("id", "0" * 32 + "\n"),
        ("at", "2026-11-21T01:48:44Z"),
        ("at", "2026-11-21T01:48:44.695Z\n"),
        ("input_tokens", -1),
        ("input_tokens", 2**63),
        ("output_tokens", 2**31),
        ("input_tokens", 1.5),
        ("input_tokens", True),
        ("input_tokens", None),
        ("revision", 0),
        ("reason", "because"),
    ],
)
def test_a_value_outside_its_fields_shape_stops_the_row(field: str, value: Any) -> None:
    with pytest.raises(NotAllowed, match=field):
        call_row({**CALL, field: value})


@pytest.mark.parametrize("name", ["gpt-5", "gpt-5.1-codex-max", "o3", "o4-mini", "codex-mini-latest", "chatgpt-4o"])
def test_models_that_look_like_openais_travel_by_name(name: str) -> None:
    assert model_that_may_leave(name) == name


@pytest.mark.parametrize(
    "name",
    ["/home/me/model.gguf", "acme-secret", "GPT-5", "gpt-5\n", "gpt 5", "gpt-" + "5" * 64, "gpt-5/../x", "custom!"],
)
def test_any_other_model_travels_as_one_fixed_word(name: str) -> None:
    assert model_that_may_leave(name) == "custom"


@pytest.mark.parametrize("name", [None, ""])
def test_a_model_that_was_not_logged_is_unknown(name: str | None) -> None:
    assert call_row({**CALL, "model": name})["model"] == "unknown"


@given(st.text())
def test_whatever_a_model_is_called_its_row_fits_the_contract(name: str) -> None:
    row = call_row({**CALL, "model": name})

    assert row["model"] in (name, "custom", "unknown")


def test_an_envelope_leaves_out_what_is_not_there() -> None:
    upload = envelope(upload_id="a" * 32, user="u_bcdfgh", source="b" * 32, label=None, calls=[], withdrawals=[])

    assert upload == {"protocol": 1, "upload_id": "a" * 32, "user": "u_bcdfgh", "source": "b" * 32, "calls": []}


def test_an_envelope_carries_a_label_of_bounded_length_and_withdrawals() -> None:
    row = withdrawal_row({"id": "c" * 32, "revision": 257, "reason": "duplicate", "thread_id": "SENTINEL"})

    upload = envelope(
        upload_id="a" * 32, user="u_bcdfgh", source="b" * 32, label="work laptop", calls=[], withdrawals=[row]
    )

    assert upload["label"] == "work laptop"
    assert upload["withdrawals"] == [{"id": "c" * 32, "revision": 257, "reason": "duplicate"}]
    with pytest.raises(NotAllowed, match="label"):
        envelope(upload_id="a" * 32, user="u_bcdfgh", source="b" * 32, label="x" * 61, calls=[], withdrawals=[])
