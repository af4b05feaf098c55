"""Syncing this machine beside another run of the tracker, such as one that waits for its approval."""

from pathlib import Path

import pytest
from codextime_tracker.locking import one_run_at_a_time, waiting_for_approval
from codextime_tracker.places import INDEX, data_folder

from codextime.runtime import syncing
from codextime.runtime.data_folder import DataFolder
from codextime.runtime.options import read_options
from codextime.runtime.prepare import Prepared
from codextime.runtime.processes import Reaper
from tests.runtime.running import wait_until


def test_it_waits_for_the_other_run_and_then_syncs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CODEX_HOME", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    monkeypatch.setattr(syncing, "RETRY_SECONDS", 0)
    index = data_folder() / INDEX
    folder, said, reaper = DataFolder(tmp_path), list[str](), Reaper()
    folder.logs.mkdir()
    prepared = Prepared(user_id="u_bcdfghjkmnpqrv", login_link="", upload_token="cxt_" + "t" * 40)

    def look_until(text: str) -> None:
        def is_said() -> bool:
            sync.look()
            return text in said[-1]

        wait_until(is_said, lambda: str(said))

    with one_run_at_a_time(index), waiting_for_approval(index):
        sync = syncing.start(read_options(), folder, prepared, reaper, said.append)
        assert sync
        look_until("is synced once that run has ended")
    look_until("nothing: there is nothing new")

    assert (sync.is_over, sync.process.returncode) == (True, 0)
    assert len(said) == 3  # the home that was found, the wait, and what was done
    reaper.finish()
