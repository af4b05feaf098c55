"""The collector of a process that serves does not walk through what was imported, again and again."""

import gc
import importlib

from codextime.config import wsgi


def test_what_is_imported_is_out_of_the_collectors_way() -> None:
    before = gc.get_freeze_count()

    importlib.reload(wsgi)

    assert gc.get_freeze_count() > before
    assert wsgi.application
