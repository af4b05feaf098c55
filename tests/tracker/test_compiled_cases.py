"""One history for each line of the compiled counter that could be wrong alone: it ends where Python's counter ends."""

from collections.abc import Callable, Iterator

import pytest
from codextime_tracker import compiled

from tests.tracker.rollouts import Usage, counters
from tests.tracker.test_compiled_counter import (
    IMPORTED,
    NO_TIMES,
    THREAD,
    TIMES,
    Writer,
    events_left_to_python,
    standing,
)

pytestmark = pytest.mark.skipif(compiled.read_block is None, reason="needs a C compiler and Python's headers")
ONE: Usage = (100, 40, 10, 5)
TWO: Usage = (200, 80, 20, 10)
THREE: Usage = (300, 120, 30, 15)
ZERO: Usage = (0, 0, 0, 0)
LARGE = 2**40


class Lines(Writer):
    """A thread of the newest release, line by line. It begins with a count that tells nothing, so that the compiled
    reader is at work from the first line that does."""

    def __init__(self) -> None:
        super().__init__()
        self.numbers: Iterator[int] = iter(range(1, 60))
        self.event({"type": "token_count", "info": None, "rate_limits": None})

    def next_time(self) -> str:
        return f"2026-11-20T10:00:{next(self.numbers):02}.000Z"

    def event(self, payload: dict[str, object], time: str | None = None) -> None:
        self.line(self.next_time() if time is None else time, None, "event_msg", payload)

    def turn(self, turn_id: str | None = "1", model: str = "gpt-5") -> None:
        named = {} if turn_id is None else {"turn_id": turn_id}
        self.line(self.next_time(), None, "turn_context", {**named, "model": model})

    def record(
        self, response: str, used: Usage = ONE, *, turn: str = "1", thread: str = THREAD, time: str | None = None
    ) -> None:
        named = {"thread_id": thread, "turn_id": turn, "session_id": THREAD, "root_turn_id": turn}
        sums = dict.fromkeys(("turn_token_usage", "thread_token_usage"), counters(used))
        record = {**named, "response_id": response, "usage": counters(used), **sums}
        self.line(self.next_time() if time is None else time, None, "token_usage_record", record)

    def count(self, total: Usage, last: Usage = ONE, *, time: str | None = None, **more: int) -> None:
        info = {"total_token_usage": counters(total, **more), "last_token_usage": counters(last)}
        self.event({"type": "token_count", "info": info, "rate_limits": None}, time)

    @property
    def data(self) -> bytes:
        return "".join(self.lines).encode()


CASES: dict[str, Callable[[Lines], None]] = {}


def case(write: Callable[[Lines], None]) -> Callable[[Lines], None]:
    CASES[write.__name__] = write
    return write


@case
def only_a_turn(lines: Lines) -> None:
    lines.turn()


@case
def only_the_logged_total_moved(lines: Lines) -> None:
    lines.turn()
    lines.count(ONE)
    lines.count(ONE, ZERO, total_tokens=5_000)
    lines.count(ONE, ZERO, total_tokens=0)
    lines.count(TWO)


@case
def all_but_the_logged_total_moved(lines: Lines) -> None:
    lines.turn()
    lines.count(ONE)
    lines.count((ONE[0] - 1, ONE[1], ONE[2] + 1, ONE[3]))


@case
def records_are_confirmed_in_another_order(lines: Lines) -> None:
    lines.turn()
    lines.record("a", ONE)
    lines.record("b", TWO)
    lines.count(TWO, TWO)
    lines.count(THREE, ONE)


@case
def a_sum_moves_that_no_record_tells(lines: Lines) -> None:
    lines.turn()
    lines.record("a", ONE)
    lines.count(TWO, TWO)
    lines.count(THREE, ONE)


@case
def a_record_of_another_thread(lines: Lines) -> None:
    lines.turn()
    lines.record("a", thread="another")
    lines.count(ONE)


@case
def a_record_without_an_id(lines: Lines) -> None:
    lines.turn()
    lines.record("")
    lines.record("", TWO)


@case
def a_record_with_an_endless_id(lines: Lines) -> None:
    lines.turn()
    lines.record("r" * 5_000)


@case
def one_id_twice_with_other_usage(lines: Lines) -> None:
    lines.turn()
    lines.record("a", ONE)
    lines.record("a", TWO)


@case
def a_record_at_no_instant(lines: Lines) -> None:
    lines.turn()
    for number, time in enumerate(NO_TIMES):
        lines.record(str(number), time=time)


@case
def a_count_at_no_instant(lines: Lines) -> None:
    lines.turn()
    for number, time in enumerate(NO_TIMES, start=1):
        lines.count((100 * number, 40 * number, 10 * number, 5 * number), time=time)


@case
def a_count_in_an_imported_turn(lines: Lines) -> None:
    lines.turn()
    lines.turn(IMPORTED)
    lines.count(ONE)
    lines.turn("2")
    lines.count(TWO)


@case
def a_model_that_is_named_after_the_calls(lines: Lines) -> None:
    lines.count(ONE)
    lines.record("a")
    lines.turn()
    lines.count(TWO)


@case
def a_turn_with_an_empty_model(lines: Lines) -> None:
    lines.turn()
    lines.turn("2", "")
    lines.record("a", turn="2")


@case
def a_record_of_no_turn_after_one_of_an_older_turn(lines: Lines) -> None:
    lines.turn("1", "gpt-5")
    lines.turn("2", "gpt-5.5")
    lines.record("a", turn="1")
    lines.record("b", turn="")


@case
def a_turn_that_is_told_again_with_another_model(lines: Lines) -> None:
    lines.turn("1", "gpt-5")
    lines.record("a")
    lines.turn("1", "gpt-5.5")
    lines.record("b")


@case
def the_first_sum_is_nothing(lines: Lines) -> None:
    lines.turn()
    lines.count(ZERO, ONE)
    lines.count(ONE)


@case
def the_first_sum_has_no_last_call(lines: Lines) -> None:
    lines.turn()
    lines.count(TWO, ZERO)
    lines.count(THREE)


@case
def counts_beyond_32_bits(lines: Lines) -> None:
    lines.turn()
    lines.count((LARGE, LARGE - 1, LARGE - 2, LARGE - 3), (LARGE, LARGE - 1, LARGE - 2, LARGE - 3))


@case
def sums_at_one_instant_before_and_after_a_restart(lines: Lines) -> None:
    lines.turn()
    for total, last in ((ONE, ONE), (TWO, ONE), (ONE, ONE), ((107, 47, 17, 12), (7, 7, 7, 7))):
        lines.count(total, last, time=TIMES[1])


@case
def a_lump_after_a_restart(lines: Lines) -> None:
    lines.turn()
    lines.count(ONE)
    lines.count((50, 20, 5, 2), (50, 20, 5, 2))
    lines.count((250, 100, 25, 12))


@case
def a_sum_that_comes_again_after_one_with_white_space(lines: Lines) -> None:
    lines.turn()
    lines.count(ONE)
    lines.count(TWO)
    lines.lines[-1] = lines.lines[-1].replace('"info":', '"info": ')
    lines.count(ONE)


@pytest.mark.parametrize("name", CASES)
def test_it_ends_where_python_ends(name: str) -> None:
    lines = Lines()
    CASES[name](lines)

    assert standing(lines.data, is_compiled=True) == standing(lines.data, is_compiled=False)


@pytest.mark.parametrize("odd", range(4))
def test_one_number_that_grew_otherwise_makes_no_usual_call(odd: int) -> None:
    lines = Lines()
    lines.turn()
    lines.count(ONE)
    grown = list(TWO)
    grown[odd] += 1
    lines.count((grown[0], grown[1], grown[2], grown[3]))

    assert standing(lines.data, is_compiled=True) == standing(lines.data, is_compiled=False)


def test_a_sum_that_is_logged_again_in_another_line_needs_no_python() -> None:
    lines = Lines()
    lines.turn()
    for total in (ONE, TWO):
        lines.count(total)
        lines.count(total, ZERO)

    assert events_left_to_python(lines.data) == 1  # the one that tells nothing, with which the head of the file ends
