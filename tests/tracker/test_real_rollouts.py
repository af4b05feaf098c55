"""Real rollouts of every era against the ledger of the server that answered (tests/data/rollouts/README.md)."""

import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from codextime_tracker import unindexed
from codextime_tracker.index import Index
from codextime_tracker.scanning import scan
from codextime_tracker.stored import StoredCall

from tests.tracker.rollouts import CORPORA, by_file, by_model, export_rows, export_rows_without_index, load, load_lines

pytestmark = pytest.mark.usefixtures("each_reader")

every_corpus = pytest.mark.parametrize("corpus", CORPORA, ids=lambda corpus: corpus.name)


def read(corpus: Path) -> list[StoredCall]:
    with Index.in_memory() as index:
        scan(index, corpus / "home")
        return list(index.calls())


@every_corpus
def test_calls_and_tokens_of_every_model_are_exact(corpus: Path) -> None:
    assert by_model(read(corpus)) == load(corpus / "expected.json")["by_model"]


@every_corpus
def test_calls_and_tokens_of_every_file_are_exact(corpus: Path) -> None:
    expected = {name: sums for name, sums in load(corpus / "expected.json")["by_file"].items() if sums}

    assert by_file(read(corpus)) == expected


@every_corpus
def test_calls_are_those_that_the_model_server_answered_less_those_that_no_rollout_holds(corpus: Path) -> None:
    ledger = Counter(served(row) for row in load_lines(corpus / "ledger.jsonl") if row["usage"] is not None)
    roots = roots_of_children(corpus / "home") if corpus.name == "0.130.0" else {}

    calls = Counter(
        (
            roots.get(call.thread_id, call.thread_id),
            call.model,
            call.input_tokens,
            call.cached_input_tokens,
            call.output_tokens,
            call.reasoning_output_tokens,
            call.logged_total_tokens,
        )
        for call in read(corpus)
    )

    assert calls - ledger == Counter()
    # Equal usage occurs in several threads, and `expected.json` may name another of them: without the thread.
    unlogged = load(corpus / "expected.json")["ledger_usage_not_in_rollouts"]
    assert Counter(row[1:] for row in (ledger - calls).elements()) == Counter(served(row)[1:] for row in unlogged)


@every_corpus
def test_nothing_in_them_is_an_estimate(corpus: Path) -> None:
    assert [call for call in read(corpus) if call.flags] == []


def served(row: dict[str, Any]) -> tuple[str | None, str, int, int, int, int, int]:
    usage = row["usage"]
    return (
        row.get("thread"),
        row["model"],
        usage["input_tokens"],
        usage.get("input_tokens_details", {}).get("cached_tokens", 0),
        usage["output_tokens"],
        usage.get("output_tokens_details", {}).get("reasoning_tokens", 0),
        usage["total_tokens"],
    )


def roots_of_children(home: Path) -> dict[str, str]:
    """The thread whose id the sub-agents of 0.130 sent to the server instead of their own.

    A review names no parent: it is the thread that was made just before.
    """
    parents: dict[str, str] = {}
    former = ""
    for path in sorted(home.rglob("rollout-*.jsonl"), key=lambda path: path.name):
        session = load_lines(path)[0]["payload"]
        source = session["source"]
        if isinstance(source, dict):
            spawn = source["subagent"]
            parents[session["id"]] = former if spawn == "review" else spawn["thread_spawn"]["parent_thread_id"]
        former = session["id"]
    return {child: parents.get(parent, parent) for child, parent in parents.items()}


@every_corpus
def test_without_an_index_the_same_calls_come_in_the_same_order_however_few_are_in_memory_at_once(
    corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for limit in ("MOST_UNPACKED", "MOST_WAITING"):
        monkeypatch.setattr(unindexed, limit, 3)

    rows = export_rows(corpus / "home")

    assert export_rows_without_index(corpus / "home") == rows


def test_without_an_index_a_thread_of_two_homes_counts_once_too(tmp_path: Path) -> None:
    home, moved = CORPORA[0] / "home", tmp_path / "moved"
    shutil.copytree(home, moved)
    shortened = next(path for path in sorted(moved.rglob("*.jsonl")) if b"token_count" in path.read_bytes())
    shortened.write_bytes(b"".join(shortened.read_bytes().splitlines(keepends=True)[:2]))

    rows = export_rows(home, moved)

    assert export_rows_without_index(home, moved) == rows == export_rows(home) != []
