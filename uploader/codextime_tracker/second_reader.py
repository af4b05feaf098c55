"""Reads a large Codex home in two processes: that is most of a first scan, and hardly a file waits for another.

The second process is a fork that reads and counts only, and tells through a pipe what it found. The first one does the
same, and it alone stores, in the order of the files. Each takes the next file that nobody took. What the second one
took and does not tell, because it ended or could not, the first one reads itself.
"""

from __future__ import annotations

import os
import sys
from select import select
from struct import Struct

from codextime_tracker.outcomes import pack, unpack

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import NoReturn, TypeAlias

    from codextime_tracker.discovery import RolloutFile
    from codextime_tracker.outcomes import Outcome

    Look: TypeAlias = Callable[[RolloutFile], Outcome]

LEAST_BYTES = 64_000_000  # a fork and its answers cost as much as reading a tenth of that
MOST_WAITING_CALLS = 20_000  # a few megabytes
TICKET = Struct("<I")  # a file's number
HEAD = Struct("<II")  # of an answer: the file's number, and how many bytes follow
KILL = 9  # on Linux, as everywhere; `signal` says so too, but loads `enum`


class Outcomes:
    """What `look` says of each file, in their order. `processes` is 1 or 2; `None` decides by what there is to do."""

    def __init__(self, files: list[RolloutFile], look: Look, *, processes: int | None = None) -> None:
        self.files = files
        self.look = look
        self.processes = processes or best_number(files)
        self.second: SecondReader | None = None

    def __enter__(self) -> Iterator[Outcome]:
        if self.processes > 1:
            self.second = find_second_reader(self.files, self.look)
        return map(self.look, self.files) if self.second is None else self.second.outcomes()

    def __exit__(self, *_: object) -> None:
        if self.second is not None:
            self.second.close()


def find_second_reader(files: list[RolloutFile], look: Look) -> SecondReader | None:
    """`None` if there are no more processes or files for this user."""
    try:
        return SecondReader(files, look)
    except OSError:
        return None


def best_number(files: list[RolloutFile]) -> int:
    """Only on Linux: on macOS the system's own libraries do not bear a fork."""
    if sys.platform != "linux" or len(files) < 2 or sum(file.size for file in files) < LEAST_BYTES:
        return 1
    return min(len(os.sched_getaffinity(0)), 2)


class SecondReader:
    """Two processes at one list of files. Raises `OSError` if there can be no second one."""

    def __init__(self, files: list[RolloutFile], look: Look) -> None:
        self.files = files
        self.look = look
        self.ready: dict[int, Outcome] = {}
        self.waiting_calls = 0
        self.has_ended = False
        self.tickets = os.memfd_create("tickets")
        try:
            os.write(self.tickets, b"".join(map(TICKET.pack, range(len(files)))))
            os.lseek(self.tickets, 0, os.SEEK_SET)
            self.answers, end = os.pipe()
        except OSError:
            os.close(self.tickets)
            raise
        try:
            self.process = fork()
        except OSError:
            for descriptor in (self.tickets, self.answers, end):
                os.close(descriptor)
            raise
        if self.process == 0:
            self.serve(end)
        os.close(end)

    def close(self) -> None:
        """Ends the second process, wherever it is: it holds nothing that could be lost."""
        os.close(self.answers)
        os.close(self.tickets)
        os.kill(self.process, KILL)
        os.waitpid(self.process, 0)

    def outcomes(self) -> Iterator[Outcome]:
        for number, file in enumerate(self.files):
            while number not in self.ready:
                if self.has_ended:
                    self.keep(number, self.look(file))
                else:
                    self.advance()
            outcome = self.ready.pop(number)
            self.waiting_calls -= outcome.calls
            yield outcome

    def advance(self) -> None:
        """Gets one outcome more: an answer that is there already, that of the next file, else the next answer."""
        is_full = self.waiting_calls > MOST_WAITING_CALLS
        number = None if is_full or self.has_answer() else self.take_ticket()
        if number is None:
            self.receive()
        else:
            self.keep(number, self.look(self.files[number]))

    def keep(self, number: int, outcome: Outcome) -> None:
        self.ready[number] = outcome
        self.waiting_calls += outcome.calls

    def take_ticket(self) -> int | None:
        """The number of a file that nobody took. Both processes move on in one file, each read as a whole."""
        ticket = os.read(self.tickets, TICKET.size)
        return TICKET.unpack(ticket)[0] if ticket else None

    def has_answer(self) -> bool:
        return bool(select([self.answers], [], [], 0)[0])

    def receive(self) -> None:
        """Waits for an answer, or for the second process to end. An empty answer says: look yourself."""
        head = read_whole(self.answers, HEAD.size)
        number, size = HEAD.unpack(head) if head else (0, 0)
        body = read_whole(self.answers, size) if size else b""
        if head is None or body is None:
            self.has_ended = True
        else:
            self.keep(number, unpack(body) if body else self.look(self.files[number]))

    def serve(self, end: int) -> NoReturn:
        """The second process from its first step to its last. It touches neither the index nor the terminal.

        Ctrl-C ends it too, and the first process says so.
        """
        try:
            os.close(self.answers)  # so that writing fails when the first process is gone
            while (number := self.take_ticket()) is not None:
                answer = self.answer(self.files[number])
                write_whole(end, HEAD.pack(number, len(answer)) + answer)
        finally:
            os._exit(0)

    def answer(self, file: RolloutFile) -> bytes:
        try:
            return pack(self.look(file))
        except Exception:  # noqa: BLE001 - whatever it is, the first process meets it too, and can tell
            return b""


def fork() -> int:
    """Newer Pythons warn where there are threads. The one that draws a bar holds no lock that reading needs."""
    if sys.version_info < (3, 12):
        return os.fork()
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        return os.fork()


def read_whole(descriptor: int, size: int) -> bytes | None:
    """`None` if the other end was closed before."""
    pieces: list[bytes] = []
    while size:
        piece = os.read(descriptor, size)
        if not piece:
            return None
        pieces.append(piece)
        size -= len(piece)
    return b"".join(pieces)


def write_whole(descriptor: int, data: bytes) -> None:
    while data:
        data = data[os.write(descriptor, data) :]
