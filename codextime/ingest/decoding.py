"""Bytes to an upload: an envelope that holds or fails as a whole, and rows of which each stands for itself."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, TypeVar

from msgspec import UNSET, DecodeError, Raw, ValidationError
from msgspec.json import Decoder

from codextime.ingest import contract, rules
from codextime.usage.readings import CallReading, Withdrawal

Reading = TypeVar("Reading", CallReading, Withdrawal)

envelope_decoder: Decoder[Any] = Decoder(contract.Envelope)
protocol_decoder: Decoder[Any] = Decoder(contract.Protocol)
array_decoder: Decoder[list[Raw]] = Decoder(list[Raw])

KINDS = {
    "array": "an array",
    "null": "null",
    "str": "a string",
    "int": "a number",
    "float": "a number",
    "bool": "a boolean",
}
COMMAS_PER_ROW = 40  # a row of the contract has a quarter of them

find_field = re.compile(r"(?:field `|at `\$\.)(\w{1,64})[^`]*`$").search
find_kind = re.compile(r"^Expected `object`, got `(\w+)`$").search
is_integer = re.compile(rb"-?[0-9]{1,40}").fullmatch
find_id = re.compile(rb'"id"\s*:\s*"([0-9a-f]{32})"').search


class UploadInvalid(ValueError):
    """The envelope breaks the contract. `field` is the one that does, if it is one."""

    def __init__(self, detail: str, field: str | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.field = field


class ProtocolUnsupported(ValueError):
    """The upload follows another version of the contract."""


@dataclass(frozen=True)
class Refusal:
    """A row that is not stored: its place in `part`, why, and which field. Never a name or value that was sent."""

    part: str
    index: int
    reason: str
    field: str | None
    id: str | None


@dataclass(frozen=True)
class Upload:
    """What an upload says, with the rows that were refused."""

    upload_id: str
    user: str
    source: str
    label: str | None
    calls: list[CallReading]
    withdrawals: list[Withdrawal]
    refused: list[Refusal]


def decode_upload(body: bytes, *, now: datetime) -> Upload:
    """Raises `UploadInvalid` and `ProtocolUnsupported`."""
    envelope = decode_envelope(body)
    refused: list[Refusal] = []
    to_call = rules.call_reader(now=now)
    withdrawals = Raw(b"[]") if envelope.withdrawals is UNSET else envelope.withdrawals
    return Upload(
        upload_id=envelope.upload_id,
        user=envelope.user,
        source=envelope.source,
        label=read_label(envelope.label),
        calls=list(CALLS.read(envelope.calls, to_call, refused)),
        withdrawals=list(WITHDRAWALS.read(withdrawals, rules.read_withdrawal, refused)),
        refused=refused,
    )


def decode_envelope(body: bytes) -> Any:
    try:
        return envelope_decoder.decode(body)
    except ValidationError as error:
        refuse_other_protocol(body)
        raise UploadInvalid(detail_of(error), field_of(error)) from error
    except (DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UploadInvalid("The body is not JSON.") from error


def refuse_other_protocol(body: bytes) -> None:
    """A tracker of another time is told so, and not which of its fields are strange to us."""
    try:
        protocol = bytes(protocol_decoder.decode(body).protocol)
    except (DecodeError, UnicodeDecodeError, RecursionError):
        return
    if is_integer(protocol) and int(protocol) != contract.PROTOCOL:
        raise ProtocolUnsupported


def read_label(label: Any) -> str | None:
    if label is UNSET:
        return None
    if not label.isprintable():
        raise UploadInvalid("The label holds characters that cannot be shown.", "label")
    return str(label).strip()


class BadRow(NamedTuple):
    """A row that is none of the contract."""

    reason: str
    field: str | None
    id: str | None


@dataclass(frozen=True)
class Rows:
    """One array of the envelope: decoded at once if all is well, else row by row."""

    part: str
    maximum: int
    all_decoder: Decoder[list[Any]]
    columns: Mapping[str, re.Pattern[str]]
    row_decoder: Decoder[Any]

    def read(self, raw: Raw, to_reading: Callable[[Any], Reading], refused: list[Refusal]) -> Iterator[Reading]:
        """The rows that hold; the others are added to `refused`. Raises `UploadInvalid` for what is no such array."""
        for index, row in enumerate(self.decode(raw)):
            if type(row) is BadRow:
                refused.append(Refusal(self.part, index, row.reason, row.field, row.id))
                continue
            try:
                yield to_reading(row)
            except rules.RowRefused as refusal:
                refused.append(Refusal(self.part, index, refusal.reason, refusal.field, row.id))

    def decode(self, raw: Raw) -> list[Any]:
        """Each row, or the `BadRow` that it is."""
        try:
            rows = self.all_decoder.decode(raw)
        except (ValidationError, UnicodeDecodeError):
            return [self.decode_row(row) for row in self.split(raw)]
        except (DecodeError, RecursionError) as error:
            raise UploadInvalid("The body is not JSON.", self.part) from error
        self.refuse_if_more(len(rows))
        return rows if self.hold(rows) else [self.decode_row(row) for row in self.split(raw)]

    def hold(self, rows: list[Any]) -> bool:
        """Whether all values match their patterns. A value that holds a newline adds a line of its own."""
        for name, pattern in self.columns.items():
            column = "".join([f"{getattr(row, name)}\n" for row in rows])
            if column.count("\n") != len(rows) or not pattern.match(column):
                return False
        return True

    def split(self, raw: Raw) -> list[Raw]:
        if bytes(raw).count(b",") > COMMAS_PER_ROW * self.maximum:  # eight million numbers would fill the memory
            raise UploadInvalid(f"“{self.part}” has more values than {self.maximum:,} rows can have.", self.part)
        try:
            rows = array_decoder.decode(raw)
        except (DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise UploadInvalid(f"“{self.part}” is not an array.", self.part) from error
        self.refuse_if_more(len(rows))
        return rows

    def refuse_if_more(self, rows: int) -> None:
        if rows > self.maximum:
            raise UploadInvalid(f"“{self.part}” has more than {self.maximum:,} rows.", self.part)

    def decode_row(self, row: Raw) -> Any:
        try:
            return self.row_decoder.decode(row)
        except (DecodeError, UnicodeDecodeError) as error:  # DecodeError is also what ValidationError is
            found = find_id(bytes(row))
            return BadRow(*reason_of(error), found[1].decode() if found else None)


CALLS = Rows(
    "calls",
    contract.MAXIMUM_CALLS,
    Decoder(list[contract.QuickCallRow]),
    contract.CALL_COLUMNS,
    Decoder(contract.CallRow),
)
WITHDRAWALS = Rows(
    "withdrawals",
    contract.MAXIMUM_WITHDRAWALS,
    Decoder(list[contract.QuickWithdrawalRow]),
    contract.WITHDRAWAL_COLUMNS,
    Decoder(contract.WithdrawalRow),
)


def detail_of(error: Exception) -> str:
    """msgspec's message; for a body that is no object, what belongs there, and for what a user typed, a sentence."""
    if field_of(error) == "label":
        return f"A label is a text of at most {contract.LONGEST_LABEL} characters: choose a shorter one."
    kind = find_kind(str(error))
    names = ", ".join(field["name"] for field in contract.CONTRACT["envelope"] if field["is_required"])
    return (
        f"The body must be a JSON object with {names}; this is {KINDS.get(kind[1], kind[1])}." if kind else str(error)
    )


def field_of(error: Exception) -> str | None:
    """The field that msgspec names at the end of its message."""
    found = find_field(str(error))
    return found[1] if found else None


def reason_of(error: Exception) -> tuple[str, str | None]:
    """A reason and a field of the contract; what an unknown field is called goes nowhere."""
    text = str(error)
    if "unknown field" in text:
        return "unknown_field", None
    return ("missing_field" if "missing required field" in text else "invalid"), field_of(error)
