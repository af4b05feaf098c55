"""Starting and ending without what no run needs: a seventh of the time of one that finds nothing new."""

import gc
import os
import sys

# Type checkers take it for that of `typing`, which takes long to import, and the collector is not set yet.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

MOST_NEW_OBJECTS = 200_000  # that the collector lets be: a few megabytes, if all of them were garbage in cycles


def program() -> "NoReturn":
    """The whole process."""
    collect_seldom()  # before the imports, in which it would run 60 times
    from codextime_tracker.cli import main

    leave(main())


def collect_seldom() -> None:
    """What a run makes it keeps, or lets go of without making cycles: looking through it again and again is a tenth of
    a short run's time."""
    gc.set_threshold(MOST_NEW_OBJECTS)


def import_msgspec() -> None:
    """Before anybody else does. It asks for `typing_extensions`, a slow module, and does as well with `typing`."""
    name = "typing_extensions"
    if name in sys.modules or "msgspec" in sys.modules:
        return
    sys.modules[name] = None  # type: ignore[assignment] # so the import system calls a module missing
    try:
        import msgspec  # noqa: F401 - the import is the purpose
    finally:
        del sys.modules[name]


def leave(code: int) -> "NoReturn":
    """Ends the process at once: to take a large heap apart, object by object, would take longer than a short run's
    work. Everything is closed and flushed by now."""
    sys.stderr.flush()
    os._exit(code)
