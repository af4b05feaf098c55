"""The uploads of a small Codex home, made by the tracker's own code. Their bytes are frozen beside this file."""

from pathlib import Path
from tempfile import TemporaryDirectory

from codextime_tracker.destinations import Destination
from codextime_tracker.index import Index
from codextime_tracker.scanning import scan
from codextime_tracker.stored import Change
from codextime_tracker.uploads import compose
from msgspec.structs import replace

from tests.tracker.homes import call, start, totals, turn, write_rollout

FOLDER = Path(__file__).parent
USER = "u_7xk2m9qvt4bnrs"
DESTINATION = Destination("https://codextime.example.org", USER, "5" * 32)


def changes() -> list[Change]:
    """Exact calls and an estimate; models of OpenAI's, of somebody else's, and none."""
    with TemporaryDirectory() as folder, Index.in_memory() as index:
        home = Path(folder)
        write_rollout(
            home,
            *(start(), call(1), turn("gpt-5.1-codex-max"), call(2), turn("/models/acme.gguf"), call(3)),
            *(turn("o3"), call(4, input_tokens=2**53 + 1, cached_input_tokens=0), totals(9), totals(20, last=0)),
        )
        scan(index, home)
        return index.changes_after(0, 100)


def samples() -> dict[str, bytes]:
    """By file name: the bytes that the tracker sends."""
    found = changes()
    added, corrected = found[:1], [replace(found[1], kind="replaced", reason="completed")]
    withdrawn = [replace(found[2], kind="withdrawn", reason="copied_history")]
    made = {
        "upload-v1-basic.json": compose(found, DESTINATION, upload_id="1" * 32, label=None),
        "upload-v1-corrections.json": compose(
            added + corrected + withdrawn, DESTINATION, upload_id="2" * 32, label="work laptop"
        ),
        "upload-v1-sessions.json": compose(
            [replace(added[0], call=replace(added[0].call, parent_thread_id="01a1fbca-a638-7000-8000-000000000002"))],
            DESTINATION,
            upload_id="4" * 32,
            label=None,
            grouping="2026-11-21T00:00:00Z",
        ),
        "upload-v1-label.json": compose([], DESTINATION, upload_id="3" * 32, label="Büro №1"),
    }
    return {name: upload.encoded() for name, upload in made.items()}
