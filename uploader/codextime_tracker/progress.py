"""What is said while a run is at work: bars on a terminal, and sentences, on standard error."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import cycle
from threading import Event, Thread
from typing import Any

TURNS = "|/-\\"
TURN_SECONDS = 0.2


def is_wanted(*, is_quiet: bool) -> bool:
    return not is_quiet and sys.stderr.isatty()


def teller(*, is_quiet: bool) -> Callable[[str], None]:
    """Says why a run waits: each time on a terminal, above its bar; once where a log is written; never if quiet."""
    said: list[str] = []

    def tell(text: str) -> None:
        if sys.stderr.isatty():
            from tqdm import tqdm

            tqdm.write(text, file=sys.stderr)
        elif not said:
            print(text, file=sys.stderr, flush=True)
        said.append(text)

    return (lambda text: None) if is_quiet else tell


@contextmanager
def bytes_bar(title: str, *, is_shown: bool) -> Iterator[Callable[[int, int], None]]:
    """A function to call with the bytes done and the bytes in all."""
    if not is_shown:
        yield lambda done, total: None
        return
    from tqdm import tqdm

    options: dict[str, Any] = {"unit": "B", "unit_scale": True, "unit_divisor": 1024}
    with tqdm(desc=f"{title} {TURNS[-1]}", leave=False, dynamic_ncols=True, **options) as bar, turning(bar, title):

        def update(done: int, total: int) -> None:
            bar.n, bar.total = done, total

        yield update


@contextmanager
def calls_bar(title: str, total: int, *, is_shown: bool) -> Iterator[Callable[[int], None]]:
    """A function to call with how many calls were done since it was called last."""
    if not is_shown:
        yield lambda done: None
        return
    from tqdm import tqdm

    options: dict[str, Any] = {"unit": " calls", "unit_scale": True, "total": total}
    with tqdm(desc=f"{title} {TURNS[-1]}", leave=False, dynamic_ncols=True, **options) as bar, turning(bar, title):

        def update(done: int) -> None:
            bar.n += done

        yield update


@contextmanager
def turning(bar: Any, title: str) -> Iterator[None]:
    """Draws tqdm's bar, and turns a sign behind its title: a step with nothing to tell yet shall not look like a halt.

    Nobody else draws, so that who counts only has to leave a number.
    """
    is_done = Event()

    def turn() -> None:
        for sign in cycle(TURNS):
            if is_done.wait(TURN_SECONDS):
                return
            bar.set_description(f"{title} {sign}")  # with what was counted by now

    thread = Thread(target=turn, daemon=True)
    thread.start()
    try:
        yield
    finally:
        is_done.set()
        thread.join()
