"""What `doctor` looks at, a module for each place. A check changes nothing and yields findings."""

from msgspec import Struct

from codextime_tracker.exits import Exit

FINE, NOTE, PROBLEM = "ok", "note", "problem"


class Finding(Struct, frozen=True):
    """`state` is one of the three above; a problem has the exit code of a run that meets it. Texts can be printed."""

    state: str
    about: str
    text: str
    advice: str = ""
    exit: int = Exit.DONE
