"""Whatever happens in a Codex home, the calls that are counted are those that its models answered."""

import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import zstandard
from codextime_tracker import compiled
from codextime_tracker.call_ids import call_id
from codextime_tracker.export import row_of
from codextime_tracker.index import Index
from codextime_tracker.scanning import scan
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.tracker.histories import ERAS, Codex, Four
from tests.tracker.rollouts import export_rows_without_index

# Few different numbers, so that sums and calls often look alike.
usages = st.builds(
    lambda entry, cached, output, reasoning: (entry, min(entry, cached), output, min(output, reasoning)),
    st.sampled_from([1, 100, 200, 300]),
    st.sampled_from([0, 100]),
    st.sampled_from([1, 10, 20]),
    st.sampled_from([0, 5]),
)
ACTIONS = ["turn", "call", "call", "call", "refresh", "compact", "fill", "resume", "revert", "fork", "sub_agent"]
ACTIONS += ["spawn", "incomplete", "kill", "update", "talk", "news"]
steps = st.tuples(
    st.sampled_from(ACTIONS),
    st.integers(0, 3),
    st.sampled_from(["gpt-5", "gpt-5-codex"]),
    usages,
)
histories = st.lists(steps, min_size=1, max_size=25)
REVERTED = [
    (action, 0, "gpt-5", (100, 0, 10, 0)) for action in ("call", "turn", "call", "revert", "refresh", "turn", "call")
]
PLACES = ["plain", "archived", "compressed", "plain beside compressed", "in both folders"]
cuts_of_files = st.lists(st.floats(0, 1), min_size=1, max_size=3)
eras = pytest.mark.parametrize("era", ERAS)


def lived(era: str, history: list[tuple[str, int, str, Four]]) -> Codex:
    """A Codex after these steps, each on one of its threads."""
    codex = Codex(ERAS[era])
    codex.start()
    for action, place, model, used in history:
        thread = codex.threads[place % len(codex.threads)]
        more: dict[str, tuple[object, ...]] = {
            "turn": (model,),
            **dict.fromkeys(("call", "incomplete", "kill"), (used,)),
        }
        take: Callable[..., object] = getattr(codex, action)
        take(thread, *more.get(action, ()))
    return codex


def found(index: Index) -> Counter[tuple[str, str | None, Four]]:
    return Counter(
        (
            call.thread_id,
            call.model,
            (call.input_tokens, call.cached_input_tokens, call.output_tokens, call.reasoning_output_tokens),
        )
        for call in index.calls()
    )


def assert_counted_exactly(era: str, history: list[tuple[str, int, str, Four]]) -> None:
    codex = lived(era, history)
    with TemporaryDirectory() as folder, Index.in_memory() as index:
        codex.save(Path(folder))

        scan(index, Path(folder))

        assert found(index) == codex.ledger
        assert [call for call in index.calls() if call.flags] == []
        rows = [row_of(call) for call in index.calls()]
        assert export_rows_without_index(Path(folder)) == rows
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(compiled, "read_block", None)  # as who has no compiler reads
            assert export_rows_without_index(Path(folder)) == rows


@eras
@given(history=histories)
@example(history=REVERTED)
@settings(max_examples=25, derandomize=True)
def test_what_is_counted_is_what_the_models_answered(era: str, history: list[tuple[str, int, str, Four]]) -> None:
    assert_counted_exactly(era, history)


@pytest.mark.soak
@eras
@given(history=histories)
@settings(max_examples=500)
def test_what_is_counted_stays_that_for_hundreds_of_histories(
    era: str, history: list[tuple[str, int, str, Four]]
) -> None:
    assert_counted_exactly(era, history)


def assert_found_while_growing(era: str, history: list[tuple[str, int, str, Four]], cuts: list[float]) -> None:
    codex = lived(era, history)
    with TemporaryDirectory() as folder, Index.in_memory() as index:
        home = Path(folder)
        for share in [*sorted(cuts), 1]:
            for name, data in codex.files().items():
                path = home / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(data[: round(len(data) * share)])
            scan(index, home)

        assert found(index) == codex.ledger
        assert {call.flags for call in index.calls()} <= {0}


@eras
@given(history=histories, cuts=cuts_of_files)
@settings(max_examples=20, derandomize=True)
def test_reading_files_while_they_grow_finds_the_same(
    era: str, history: list[tuple[str, int, str, Four]], cuts: list[float]
) -> None:
    assert_found_while_growing(era, history, cuts)


@pytest.mark.soak
@eras
@given(history=histories, cuts=cuts_of_files)
@settings(max_examples=300)
def test_reading_hundreds_of_files_while_they_grow_finds_the_same(
    era: str, history: list[tuple[str, int, str, Four]], cuts: list[float]
) -> None:
    assert_found_while_growing(era, history, cuts)


def lay(home: Path, files: dict[str, bytes], places: list[str]) -> None:
    """Writes the rollouts where Codex, its archive, its compression and people's copies put them, by turns."""
    for number, (name, data) in enumerate(files.items()):
        place = places[number % len(places)]
        archived = f"archived_sessions/{Path(name).name}"
        written = {
            "plain": {name: data},
            "archived": {archived: data},
            "compressed": {f"{archived}.zst": zstandard.compress(data)},
            "plain beside compressed": {name: data, f"{name}.zst": zstandard.compress(data)},
            "in both folders": {name: data, archived: data},
        }[place]
        for path, content in written.items():
            (home / path).parent.mkdir(parents=True, exist_ok=True)
            (home / path).write_bytes(content)


def ids(index: Index) -> list[str]:
    return sorted(
        call_id(user_id="u_someone", thread_id=call.thread_id, identity=call.identity) for call in index.calls()
    )


def assert_ids_stay(era: str, history: list[tuple[str, int, str, Four]], places: list[str]) -> None:
    codex = lived(era, history)
    with TemporaryDirectory() as folder, Index.in_memory() as index, Index.in_memory() as other_machine:
        home, copy = Path(folder, "home"), Path(folder, "copy")
        codex.save(home)
        scan(index, home)
        first = ids(index)
        assert len(first) == codex.ledger.total()
        assert len(set(first)) == len(first)

        lay(copy, codex.files(), places)
        scan(other_machine, copy)
        assert ids(other_machine) == first

        shutil.rmtree(home)
        lay(home, codex.files(), places)
        moved = scan(index, home)
        assert (moved.calls.added, moved.calls.replaced, moved.calls.withdrawn) == (0, 0, 0)
        scan(index, copy)
        assert ids(index) == first


@eras
@given(history=histories, places=st.lists(st.sampled_from(PLACES), min_size=1, max_size=3))
@settings(max_examples=20, derandomize=True)
def test_a_call_has_one_id_wherever_its_file_lies(
    era: str, history: list[tuple[str, int, str, Four]], places: list[str]
) -> None:
    assert_ids_stay(era, history, places)


@pytest.mark.soak
@eras
@given(history=histories, places=st.lists(st.sampled_from(PLACES), min_size=1, max_size=3))
@settings(max_examples=300)
def test_the_calls_of_hundreds_of_histories_have_one_id_wherever_their_files_lie(
    era: str, history: list[tuple[str, int, str, Four]], places: list[str]
) -> None:
    assert_ids_stay(era, history, places)
