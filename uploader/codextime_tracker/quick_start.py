"""Starting and ending without what no run needs: a seventh of the time of one that finds nothing new."""

import os
import sys
from typing import NoReturn


def import_msgspec() -> None:
    """Before anybody else does. It asks for `typing_extensions`, a slow module, and does as well with `typing`."""
    name = "typing_extensions"
    if name in sys.modules:
        return
    sys.modules[name] = None  # type: ignore[assignment] # so the import system calls a module missing
    try:
        import msgspec  # noqa: F401 - the import is the purpose
    finally:
        del sys.modules[name]


def leave(code: int) -> NoReturn:
    """Ends the process at once: to take a large heap apart, object by object, would take longer than a short run's
    work. Everything is closed and flushed by now."""
    sys.stderr.flush()
    os._exit(code)
