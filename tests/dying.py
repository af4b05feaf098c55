"""Ends a process by SIGKILL at a named place of its program, which knows nothing of it.

A place is `module:function entry` or `module:function exit`. As gunicorn's configuration, this lets a request name in
`Die-At` where its worker dies.
"""

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

EVENTS = {"entry": "call", "exit": "return"}
PROCESSES = multiprocessing.get_context("forkserver")  # a process that has imported everything costs little
PROCESSES.set_forkserver_preload(["codextime_tracker.sync", "codextime_tracker.delivery", "codextime_tracker.reports"])


def die_at(place: str) -> None:
    """When the thread that asks for it, or one that it starts, comes to the place."""
    module, _, rest = place.partition(":")
    function, moment = rest.split()

    def look(frame: FrameType, event: str, _: object) -> None:
        if (
            event == EVENTS[moment]
            and frame.f_code.co_qualname == function
            and frame.f_globals.get("__name__") == module
        ):
            os.kill(os.getpid(), signal.SIGKILL)

    sys.setprofile(look)
    threading.setprofile(look)


def pre_request(worker: Any, request: Any) -> None:
    """What gunicorn calls in the thread that answers."""
    for place in [value for name, value in request.headers if name == "DIE-AT"]:
        die_at(place)


def start_process(program: Callable[..., int], *arguments: str, place: str = "") -> Any:
    """Runs the program in a process of its own, with this one's environment. `place`: where it dies."""
    process = PROCESSES.Process(target=run, args=(dict(os.environ), place, program, arguments))
    process.start()
    return process


def run(environment: dict[str, str], place: str, program: Callable[..., int], arguments: list[str]) -> None:
    os.environ.clear()
    os.environ.update(environment)
    with Path(os.devnull).open("w") as nowhere:
        sys.stdout = sys.stderr = nowhere
        if place:
            die_at(place)
        sys.exit(program(list(arguments)))
