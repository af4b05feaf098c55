"""Whatever JSON an upload is made of, it is decoded or refused, and each of its rows is accounted for once."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codextime.ingest.decoding import ProtocolUnsupported, Upload, UploadInvalid, decode_upload
from codextime.ingest.rules import CLOCK_TOLERANCE, EARLIEST
from tests.ingest.uploads import call

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
ENVELOPE = {"protocol": 1, "upload_id": "1" * 32, "user": "u_7xk2m9qvt4bnrq", "source": "5" * 32}

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text()
    | st.sampled_from(list(call().values())),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*call(), "thread", "x"]), inner),
    max_leaves=8,
)
rows = st.just(call()) | st.builds(lambda name, value: call(**{name: value}), st.sampled_from([*call(), "x"]), values)
few = settings(max_examples=100)


def decode(upload: Any) -> Upload:
    return decode_upload(json.dumps(upload).encode("utf-8", "surrogatepass"), now=NOW)


@few
@given(st.lists(rows | values, max_size=6))
def test_every_row_is_read_or_refused_and_what_is_read_is_possible(calls: list[Any]) -> None:
    upload = decode({**ENVELOPE, "calls": calls})

    assert len(upload.calls) + len(upload.refused) == len(calls)
    assert len({refusal.index for refusal in upload.refused}) == len(upload.refused)
    for reading in upload.calls:
        assert EARLIEST <= reading.at <= NOW + CLOCK_TOLERANCE
        assert 0 <= reading.cached_input_tokens <= reading.input_tokens < 2**63
        assert 0 <= reading.cache_write_input_tokens <= reading.input_tokens
        assert 0 <= reading.reasoning_output_tokens <= reading.output_tokens < 2**31
        assert 1 <= reading.revision <= 511


@few
@given(st.integers(min_value=0, max_value=5), values)
def test_one_bad_row_costs_one_row(place: int, bad: Any) -> None:
    calls: list[Any] = [call(number) for number in range(1, 7)]
    calls[place] = bad

    upload = decode({**ENVELOPE, "calls": calls})

    assert [reading.call_id[-1] for reading in upload.calls] == [n + 1 for n in range(6) if n != place]
    assert [refusal.index for refusal in upload.refused] == [place]


@few
@given(st.dictionaries(st.sampled_from([*ENVELOPE, "calls", "label", "withdrawals", "x"]), values))
def test_an_envelope_holds_or_is_refused_with_a_reason(changes: dict[str, Any]) -> None:
    try:
        outcome = decode({**ENVELOPE, "calls": [], **changes}).user
    except UploadInvalid as refused:
        outcome = refused.detail
    except ProtocolUnsupported:
        outcome = "" if changes["protocol"] == 1 else "another protocol"

    assert outcome


@few
@given(st.binary(max_size=200))
def test_bytes_that_are_no_upload_are_refused(body: bytes) -> None:
    with pytest.raises((UploadInvalid, ProtocolUnsupported)):
        decode_upload(body, now=NOW)
