"""Uploads as no tracker sends them: real ones, broken in one to four places. The same number gives the same upload."""

import copy
import gzip
import json
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

from tests.contracts.samples import FOLDER
from tests.ingest.odd_values import FRAGMENTS, HEADERS, NAMES, VALUES

SAMPLES = [json.loads(path.read_bytes()) for path in sorted(FOLDER.glob("upload-v1-*.json"))]
SOURCES = ["5" * 32, "6" * 32, "0" * 32]


@dataclass
class Mutated:
    body: bytes
    headers: dict[str, str]


def mutated(number: int, *, user: str, token: str) -> Mutated:
    """One of endless many. A fifth of them keep a valid envelope, so that rows are reached too."""
    dice = Random(f"codextime {number}")  # noqa: S311 - the same upload for the same number
    upload = copy.deepcopy(dice.choice(SAMPLES))
    upload |= {"user": user, "upload_id": f"{dice.randrange(2**20):032x}", "source": dice.choice(SOURCES)}
    more_rows(dice, upload)
    for _ in range(dice.randint(1, 4)):
        dice.choice(CHANGES)(dice, upload)
    body = encode(dice, upload)
    if dice.random() < 0.2:
        body = damage(dice, body)
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    if dice.random() < 0.6:
        body, headers["Content-Encoding"] = pack(dice, body), "gzip"
    if dice.random() < 0.05:
        name = dice.choice(sorted(HEADERS))
        headers[name] = dice.choice(HEADERS[name])
    return Mutated(body, headers)


def more_rows(dice: Random, upload: dict[str, Any]) -> None:
    """The rows a few times more, with ids of their own or with ids that came before."""
    for part in ("calls", "withdrawals"):
        rows = upload.get(part) or []
        copies = [copy.deepcopy(row) for row in rows for _ in range(dice.choice([0, 0, 1, 5]))]
        for row in copies:
            row["id"] = f"{dice.randrange(500):032x}"
            row["revision"] = dice.choice([1, 2, 256, 257, 258, 511])
        upload[part] = rows + copies if part == "calls" or rows or dice.random() < 0.3 else rows


def places(value: Any) -> list[tuple[Any, Any]]:
    """Every container in the upload with each of its keys."""
    keys = list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    return [place for key in keys for place in [(value, key), *places(value[key])]]


def put(dice: Random, upload: dict[str, Any], make: Callable[[Any], Any]) -> None:
    if found := places(upload):
        # Deep places are many: the envelope gets its share.
        container, key = dice.choice(found if dice.random() < 0.7 else found[: len(upload)])
        container[key] = make(container[key])


def put_value(dice: Random, upload: dict[str, Any]) -> None:
    put(dice, upload, lambda _: copy.deepcopy(dice.choice(VALUES)))


def put_fragment(dice: Random, upload: dict[str, Any]) -> None:
    put(dice, upload, lambda _: f"@{dice.randrange(len(FRAGMENTS))}@")


def put_number(dice: Random, upload: dict[str, Any]) -> None:
    put(dice, upload, lambda _: dice.randint(-(2 ** dice.randint(1, 70)), 2 ** dice.randint(1, 70)))


def put_text(dice: Random, upload: dict[str, Any]) -> None:
    put(
        dice,
        upload,
        lambda _: "".join(chr(dice.choice([dice.randrange(128), dice.randrange(0x11000)])) for _ in range(8)),
    )


def put_other_part(dice: Random, upload: dict[str, Any]) -> None:
    part = copy.deepcopy(dice.choice(list(upload.values()) or [None]))
    put(dice, upload, lambda _: part)


def remove(dice: Random, upload: dict[str, Any]) -> None:
    if found := places(upload):
        container, key = dice.choice(found)
        del container[key]


def add_field(dice: Random, upload: dict[str, Any]) -> None:
    objects = [upload] + [container[key] for container, key in places(upload) if isinstance(container[key], dict)]
    name = dice.choice(NAMES)
    dice.choice(objects)[name] = copy.deepcopy(dice.choice(VALUES))


def move_call(dice: Random, upload: dict[str, Any]) -> None:
    """Rows that are right and odd: estimates, other times, large counts, withdrawals of the same ids."""
    rows = upload.get("calls")
    if not isinstance(rows, list) or not rows or not isinstance(row := dice.choice(rows), dict):
        return
    entry = dice.choice([0, 1, 1000, 272_001, 2**62, 2**63 - 1])
    output = dice.choice([0, 1, 1000, 2**30, 2**31 - 1, 2**31])
    row |= {"input_tokens": entry, "cached_input_tokens": dice.randint(0, entry), "output_tokens": output}
    row |= {"cache_write_input_tokens": dice.choice([0, entry]), "reasoning_output_tokens": dice.randint(0, output)}
    row |= {"at": f"2026-{dice.randint(1, 13):02}-{dice.randint(1, 31):02}T{dice.randint(0, 24):02}:00:00.000Z"}


CHANGES = [
    put_value,
    put_value,
    put_fragment,
    put_number,
    put_text,
    put_other_part,
    remove,
    add_field,
    move_call,
    move_call,
]


def encode(dice: Random, upload: dict[str, Any]) -> bytes:
    """As JSON, with the fragments put in, and sometimes with a key that comes twice."""
    text = json.dumps(upload, ensure_ascii=dice.random() < 0.8, separators=dice.choice([(",", ":"), (" ,\n", " : ")]))
    body = text.encode("utf-8", "surrogatepass")
    for number, fragment in enumerate(FRAGMENTS):
        body = body.replace(b'"@%d@"' % number, fragment)
    if dice.random() < 0.1:
        twice = dice.choice([b'{"protocol":1,', b'{"calls":[],', b'{"user":"u_bcdf",', b'{"upload_id":null,'])
        body = twice + body[1:]
    return body


def damage(dice: Random, body: bytes) -> bytes:
    """Some bytes turned, lost, doubled or added."""
    changed = bytearray(body)
    for _ in range(dice.randint(1, 6)):
        at = dice.randrange(len(changed) + 1)
        match dice.randrange(5):
            case 0:
                changed[at:at] = dice.randbytes(dice.randint(1, 20))
            case 1:
                del changed[at : at + dice.randint(1, 30)]
            case 2:
                changed[at : at + 1] = bytes([dice.randrange(256)])
            case 3:
                changed[at:at] = changed[max(0, at - 40) : at]
            case 4:
                del changed[dice.randint(0, at) :]
    return bytes(changed)


def pack(dice: Random, body: bytes) -> bytes:
    match dice.randrange(12):
        case 0:
            return damage(dice, gzip.compress(body))
        case 1:
            return zlib.compress(body)
        case 2:
            return gzip.compress(body) + gzip.compress(body)
        case 3:
            return gzip.compress(gzip.compress(body))
        case 4 if dice.random() < 0.1:
            return gzip.compress(body + b" " * dice.choice([2**20, 8 * 2**20, 32 * 2**20]), compresslevel=1)
        case _:
            return gzip.compress(body, compresslevel=1)
