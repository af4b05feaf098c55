"""Every way in which a run can end. The README lists the same numbers, and a test holds the two together."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import ClassVar


class Exit:
    """The exit codes. Plain numbers: `enum` takes as long to load as a tenth of a small scan."""

    DONE = 0
    DEFECT = 1
    USAGE = 2
    NOTHING_TO_READ = 3
    ALREADY_RUNNING = 4
    NOT_PAIRED = 5
    TOKEN_REFUSED = 6
    UNREACHABLE = 7
    SERVER_BUSY = 8
    SERVER_REFUSED = 9
    CANNOT_WRITE = 10
    INTERRUPTED = 130


# What the README prints of each.
SENTENCES = {
    Exit.DONE: "Done, also when there was nothing new or single files were skipped.",
    Exit.DEFECT: "A defect in the tracker itself. Please report what it printed.",
    Exit.USAGE: "The command line makes no sense; the message says what does.",
    Exit.NOTHING_TO_READ: "There is no Codex home where the tracker looked.",
    Exit.ALREADY_RUNNING: "Another run works on the same index; let it finish.",
    Exit.NOT_PAIRED: "This machine is not paired: the pairing was denied, its code expired, or there was none yet.",
    Exit.TOKEN_REFUSED: "The server does not accept this machine's upload token.",
    Exit.UNREACHABLE: "The server could not be reached, or its certificate is not trusted.",
    Exit.SERVER_BUSY: "The server answered, but could not take the calls now.",
    Exit.SERVER_REFUSED: "The server refuses what was sent, or its answer makes no sense; trying again will not help.",
    Exit.CANNOT_WRITE: "The tracker's own files cannot be read or written.",
    Exit.INTERRUPTED: "You pressed Ctrl-C.",
}


def sentence_of(code: int) -> str:
    """Empty for a code that only another version knows."""
    return SENTENCES.get(code, "")


class Stopped(Exception):
    """Ends the run. Its text is for the user: what happened, and what to do next."""

    exit: ClassVar[int] = Exit.DEFECT


class UsageRefused(Stopped):
    """Options that contradict each other or cannot mean anything."""

    exit = Exit.USAGE


class NothingToRead(Stopped):
    """There is no Codex home."""

    exit = Exit.NOTHING_TO_READ


class NotPaired(Stopped):
    """A command needs an upload token, and does not pair by itself."""

    exit = Exit.NOT_PAIRED


class CannotWrite(Stopped):
    """A file of the tracker's own cannot be read or written."""

    exit = Exit.CANNOT_WRITE
