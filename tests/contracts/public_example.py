"""The upload that the public page shows: what the tracker sends of one log among the tests' data."""

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

from codextime_tracker.destinations import Destination
from codextime_tracker.index import Index
from codextime_tracker.scanning import scan
from codextime_tracker.uploads import compose

HOME = Path(__file__).resolve().parents[1] / "data" / "rollouts" / "0.169.0" / "home"
[LOG] = HOME.rglob("rollout-2026-11-21T01-48-45-01a1fbca-aa83-7ce1-92f9-cb5e8019f793.jsonl*")
DESTINATION = Destination("https://codextime.example.org", "u_7xk2m9qvt4bnrs", "9f2c61d07b8e4a35d1f0c6e27a94b813")
UPLOAD_ID = "c41d8e0f5a7b42969d3e6f1082b5c7da"


def made_by_the_tracker() -> bytes:
    with TemporaryDirectory() as folder, Index.in_memory() as index:
        home = Path(folder)
        (home / "sessions").mkdir()
        shutil.copy(LOG, home / "sessions")
        scan(index, home)
        upload = compose(index.changes_after(0, 100), DESTINATION, upload_id=UPLOAD_ID, label="work laptop")
        return upload.encoded()
