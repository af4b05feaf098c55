"""Bytes to an upload: an envelope that holds or fails as a whole, and rows of which each stands for itself."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from msgspec import UNSET, DecodeError, Raw, ValidationError
from msgspec.json import Decoder

from codextime.ingest import rules
from codextime.ingest.contract import MAXIMUM_CALLS, MAXIMUM_WITHDRAWALS, PROTOCOL, CallRow, Envelope, WithdrawalRow
from codextime.usage.readings import CallReading, Withdrawal

Reading = TypeVar("Reading", CallReading, Withdrawal)

envelope_decoder: Decoder[Any] = Decoder(Envelope)
protocol_decoder: Decoder[dict[str, Any]] = Decoder(dict[str, Any])
array_decoder: Decoder[list[Raw]] = Decoder(list[Raw])
call_decoder: Decoder[Any] = Decoder(CallRow)
calls_decoder: Decoder[list[Any]] = Decoder(list[CallRow])
withdrawal_decoder: Decoder[Any] = Decoder(WithdrawalRow)
withdrawals_decoder: Decoder[list[Any]] = Decoder(list[WithdrawalRow])

find_field = re.compile(r"`(?:\$\.)?(\w{1,64})[^`]*`$").search
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
        calls=list(Rows("calls", MAXIMUM_CALLS, calls_decoder, call_decoder).read(envelope.calls, to_call, refused)),
        withdrawals=list(
            Rows("withdrawals", MAXIMUM_WITHDRAWALS, withdrawals_decoder, withdrawal_decoder).read(
                withdrawals, rules.read_withdrawal, refused
            )
        ),
        refused=refused,
    )


def decode_envelope(body: bytes) -> Any:
    try:
        return envelope_decoder.decode(body)
    except ValidationError as error:
        refuse_other_protocol(body)
        raise UploadInvalid(str(error), field_of(error)) from error
    except (DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UploadInvalid("The body is not JSON.") from error


def refuse_other_protocol(body: bytes) -> None:
    """A tracker of another time is told so, and not which of its fields are strange to us."""
    try:
        protocol = protocol_decoder.decode(body).get("protocol")
    except (DecodeError, UnicodeDecodeError, RecursionError):
        return
    if type(protocol) is int and protocol != PROTOCOL:
        raise ProtocolUnsupported


def read_label(label: Any) -> str | None:
    if label is UNSET:
        return None
    if not label.isprintable():
        raise UploadInvalid("The label holds characters that cannot be shown.", "label")
    return str(label).strip()


@dataclass(frozen=True)
class Rows:
    """One array of the envelope: decoded at once if all is well, else row by row."""

    part: str
    maximum: int
    all_decoder: Decoder[list[Any]]
    row_decoder: Decoder[Any]

    def read(self, raw: Raw, to_reading: Callable[[Any], Reading], refused: list[Refusal]) -> Iterator[Reading]:
        """The rows that hold; the others are added to `refused`. Raises `UploadInvalid` for what is no such array."""
        rows = self.split(raw)
        for index, row in enumerate(self.decode(raw, rows)):
            try:
                if isinstance(row, ValidationError):
                    raise rules.RowRefused(*reason_of(row))
                yield to_reading(row)
            except rules.RowRefused as refusal:
                found = find_id(bytes(rows[index]))
                row_id = found[1].decode() if found else None
                refused.append(Refusal(self.part, index, refusal.reason, refusal.field, row_id))

    def split(self, raw: Raw) -> list[Raw]:
        try:
            rows = array_decoder.decode(raw)
        except (DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise UploadInvalid(f"“{self.part}” is not an array.", self.part) from error
        if len(rows) > self.maximum:
            raise UploadInvalid(f"“{self.part}” has more than {self.maximum:,} rows.", self.part)
        return rows

    def decode(self, raw: Raw, rows: list[Raw]) -> list[Any]:
        """Each row, or the `ValidationError` that it is."""
        try:
            return self.all_decoder.decode(raw)
        except (ValidationError, UnicodeDecodeError):
            return [self.decode_row(row) for row in rows]
        except (DecodeError, RecursionError) as error:
            raise UploadInvalid("The body is not JSON.", self.part) from error

    def decode_row(self, row: Raw) -> Any:
        try:
            return self.row_decoder.decode(row)
        except ValidationError as error:
            return error
        except (DecodeError, UnicodeDecodeError) as error:
            return ValidationError(str(error))


def field_of(error: ValidationError) -> str | None:
    """The field that msgspec names at the end of its message."""
    found = find_field(str(error))
    return found[1] if found else None


def reason_of(error: ValidationError) -> tuple[str, str | None]:
    """A reason and a field of the contract; what an unknown field is called goes nowhere."""
    text = str(error)
    if "unknown field" in text:
        return "unknown_field", None
    return ("missing_field" if "missing required field" in text else "invalid"), field_of(error)
