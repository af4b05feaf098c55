"""The collector does not walk through what was imported, again and again."""

import gc
import importlib
from collections.abc import Iterator

import pytest

from codextime import config
from codextime.config import wsgi


@pytest.fixture
def pythons_own_threshold() -> Iterator[int]:
    before = gc.get_threshold()
    gc.set_threshold(700, 10, 10)
    yield 700
    gc.set_threshold(*before)


def test_every_program_looks_for_cycles_rarely_from_its_first_import_on(pythons_own_threshold: int) -> None:
    importlib.reload(config)

    assert gc.get_threshold()[0] > pythons_own_threshold


def test_what_is_imported_is_out_of_the_collectors_way() -> None:
    before = gc.get_freeze_count()

    importlib.reload(wsgi)

    assert gc.get_freeze_count() > before
    assert wsgi.application
