from codextime_tracker.compiled import Classes, Decode, Names, Start
from codextime_tracker.lines import Event

def read_block(
    block: bytes,
    start: int,
    repeated: bytes,
    decode: Decode,
    names: Names,
    load_classes: Classes,
    counter: object,
    most: int,
    /,
) -> tuple[list[Event], bytes, int]: ...
def read_start(block: bytes, names: Names, /) -> Start | None: ...
def write_json(value: object, /) -> bytes | None: ...
def write_lines(names: tuple[str, ...], rows: list[tuple[object, ...]], /) -> bytes | None: ...
