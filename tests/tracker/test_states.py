"""Where counting stands, as every index has it."""

from codextime_tracker.copies import Boundary
from codextime_tracker.counting import State, between
from codextime_tracker.states import decode_state, encode_state

# As the first tracker wrote it.
STORED = (
    '{"thread_id":"t","boundary":{"before_ordinal":null,"until_turn_ms":7,"totals":0,"is_by_totals":false,'
    '"totals_of_parent":null},"flags":4,"is_only_head":false,"inherits_totals":true,"logs_records":true,'
    '"model":"gpt-é","models":{"1":"gpt-é"},"previous":{"input_tokens":1,"cached_input_tokens":2,'
    '"cache_write_input_tokens":3,"output_tokens":4,"reasoning_output_tokens":5,"total_tokens":6},"sum":[1,2,4,5],'
    '"records":[[1,2,3,4]],"totals_seen":2,"totals_copied":1,"at":"2026-11-20T10:00:00.000Z","repeats":{"t:":1},'
    '"is_import":false,"lacks_model":true,"parent":"p"}'
).encode()


def test_what_an_older_tracker_stored_is_read_and_written_as_it_did() -> None:
    state = decode_state(STORED)

    assert state.boundary == Boundary(until_turn_ms=7)
    assert (state.previous, state.sum, state.records) == ((1, 2, 3, 4, 5, 6), (1, 2, 4, 5), [(1, 2, 3, 4)])
    assert encode_state(state) == STORED


def test_what_only_another_version_knows_is_left_out_and_what_it_does_not_tell_is_as_at_the_beginning() -> None:
    state = decode_state(b'{"thread_id":"t","boundary":{"totals":3,"new":1},"newer":{},"previous":{"output_tokens":4}}')

    expected = State("t", Boundary(totals=3), previous=(0, 0, 0, 4, 0, 0))
    assert (state, state.sum, state.records) == (expected, None, [])
    assert decode_state(encode_state(state)) == expected


def test_states_that_differ_are_not_equal() -> None:
    assert State("t", Boundary(totals=3)) != State("t", Boundary())


def test_what_only_one_of_two_sums_tells_is_no_negative_number() -> None:
    assert between((100, 10, 30, 5, 1, 105), (300, 20, 0, 9, 2, 0)) == (200, 10, 0, 4, 1, 0)
