"""One step that waits for others, beside the work that goes on meanwhile."""

from collections.abc import Callable
from threading import Thread
from typing import Generic, TypeVar

Result = TypeVar("Result")
SIGNAL_SECONDS = 0.2  # Windows lets Ctrl-C in only between two waits


class InBackground(Generic[Result]):
    """Runs `step` in a thread of its own, which ends with the program."""

    def __init__(self, step: Callable[[], Result]) -> None:
        self.step = step
        self.results: list[Result] = []
        self.error: BaseException | None = None
        self.thread = Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self) -> None:
        try:
            self.results.append(self.step())
        except BaseException as error:  # noqa: BLE001 - it is raised where the result is asked for
            self.error = error

    def wait(self) -> Result:
        """What `step` returned. Raises what it raised."""
        while self.thread.is_alive():
            self.thread.join(SIGNAL_SECONDS)
        if self.error is not None:
            raise self.error
        return self.results[0]
