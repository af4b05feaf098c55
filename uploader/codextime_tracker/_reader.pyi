from codextime_tracker.compiled import Decode
from codextime_tracker.lines import Event

def read_block(
    block: bytes,
    start: int,
    repeated: bytes,
    decode: Decode,
    names: tuple[bytes, ...],
    classes: tuple[type, ...],
    counter: object,
    most: int,
    /,
) -> tuple[list[Event], bytes, int]: ...
