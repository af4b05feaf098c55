"""Every way in which a run can end. The README lists the same numbers, and a test holds the two together."""

from enum import IntEnum
from typing import ClassVar


class Exit(IntEnum):
    """The exit codes, each with the sentence that the README prints."""

    sentence: str

    def __new__(cls, code: int, sentence: str) -> "Exit":
        member = int.__new__(cls, code)
        member._value_ = code
        member.sentence = sentence
        return member

    DONE = 0, "Done, also when there was nothing new or single files were skipped."
    DEFECT = 1, "A defect in the tracker itself. Please report what it printed."
    USAGE = 2, "The command line makes no sense; the message says what does."
    NOTHING_TO_READ = 3, "There is no Codex home where the tracker looked."
    ALREADY_RUNNING = 4, "Another run works on the same index; let it finish."
    NOT_PAIRED = 5, "This machine is not paired: the pairing was denied, its code expired, or there was none yet."
    TOKEN_REFUSED = 6, "The server does not accept this machine's upload token."
    UNREACHABLE = 7, "The server could not be reached, or its certificate is not trusted."
    SERVER_BUSY = 8, "The server answered, but could not take the calls now."
    SERVER_REFUSED = 9, "The server refuses what was sent, or its answer makes no sense; trying again will not help."
    CANNOT_WRITE = 10, "The tracker's own files cannot be read or written."
    INTERRUPTED = 130, "You pressed Ctrl-C."


def sentence_of(code: int) -> str:
    """Empty for a code that only another version knows."""
    return next((end.sentence for end in Exit if end == code), "")


class Stopped(Exception):
    """Ends the run. Its text is for the user: what happened, and what to do next."""

    exit: ClassVar[Exit] = Exit.DEFECT


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
