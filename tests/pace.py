"""A pytest plugin: what makes a run shorter, and changes nothing that a test sees."""

import gc
from pathlib import Path

import pytest

COLLECT_AFTER = (20_000, 20, 50)  # new objects, and turns of each younger generation
# Their tests wait for browsers and for programs that start. `--no-loadscope-reorder` keeps our order.
WAITING = ("browser", "journeys", "runtime", "hosting")
OTHERS_BETWEEN = 2


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files that wait come early, with others between them: at the end nobody waits alone."""
    tests, files = Path(__file__).parent, dict[Path, list[pytest.Item]]()
    for item in items:
        files.setdefault(item.path, []).append(item)
    waiting = [path for path in files if tests in path.parents and path.relative_to(tests).parts[0] in WAITING]
    ordered = [path for path in files if path not in waiting]
    for place, path in enumerate(waiting):
        ordered.insert(place * (OTHERS_BETWEEN + 1), path)
    items[:] = [item for path in ordered for item in files[path]]


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """What is imported by now stays: to walk through it again and again takes the collector a tenth of a run."""
    gc.freeze()
    gc.set_threshold(*COLLECT_AFTER)
