"""What a server may answer, as types: an answer of another shape is refused before anything relies on it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Annotated, TypeVar

import msgspec

from codextime_tracker.terminal import plain

Number = Annotated[int, msgspec.Meta(ge=0, le=2**53 - 1)]  # what every JSON can hold (RFC 8259, section 6)
CallId = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{32}\Z")]
Decoded = TypeVar("Decoded")


class NoSuchAnswer(Exception):
    """The answer has not the shape that it must have."""


@dataclass(frozen=True)
class Answer:
    """One HTTP response, its body read within bounds."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)


class Refusal(msgspec.Struct, frozen=True):
    """A row that the server did not store: the one at `index` of the upload's `part`."""

    index: Number
    reason: str
    part: str = "calls"
    field: str | None = None
    id: str | None = None


class Receipt(msgspec.Struct, frozen=True):
    """What became of an upload's rows."""

    upload_id: str
    added: Number
    replaced: Number
    already_there: Number
    withdrawn: Number
    refused: list[Refusal]
    dashboard_url: str
    waiting: Number = 0  # withdrawals that the owner has to agree to, there
    replacements_waiting: Number = 0  # of `already_there`: replaced by fewer tokens once the owner agrees
    withdrawals_url: str = ""


class ListedCall(msgspec.Struct, frozen=True):
    """A call that the server has, in the words of the contract."""

    id: CallId
    revision: Annotated[int, msgspec.Meta(ge=1, le=511)]
    is_withdrawn: bool


class CallsPage(msgspec.Struct, frozen=True):
    """Some of the user's calls by id; `next` is the last one's id if more may follow."""

    user: str
    calls: list[ListedCall]
    next: CallId | None


class PairingCode(msgspec.Struct, frozen=True):
    """RFC 8628, section 3.2. Seconds."""

    device_code: str
    user_code: str
    verification_uri: str
    expires_in: Number
    verification_uri_complete: str = ""
    interval: Number = 5


class PairingState(msgspec.Struct, frozen=True):
    """RFC 8628, section 3.5: a token, or why there is none yet."""

    access_token: str = ""
    user: str = ""
    error: str = ""


class TokenOpens(msgspec.Struct, frozen=True):
    """Whose account an upload token opens, the protocols that the server takes, and since when it keeps which calls
    belong to one session: `None` if it does not."""

    user: str
    protocols: list[Number]
    session_grouping_since: Annotated[str, msgspec.Meta(min_length=1, max_length=40)] | None = None


@dataclass(frozen=True)
class TokenCheck:
    """`server_time` is `None` if the answer had no time that can be read."""

    opens: TokenOpens
    server_time: datetime | None


class Problem(msgspec.Struct, frozen=True):
    """RFC 9457, with the field that is wrong."""

    title: str = ""
    detail: str = ""
    field: str | None = None
    code: str = ""
    supported: list[Number] = []


def read_answer(answer: Answer, kind: type[Decoded]) -> Decoded:
    """Raises `NoSuchAnswer`, also for a body that is nested so deep that reading it would end the process."""
    try:
        return msgspec.json.decode(answer.body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise NoSuchAnswer from None


def date_of(answer: Answer) -> datetime | None:
    """When the server answered, by its own clock (RFC 9110, section 6.6.1)."""
    try:
        return parsedate_to_datetime(answer.headers.get("date", "")).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def read_problem(answer: Answer) -> Problem:
    """The problem that an error answer describes; an empty one if it describes none. Texts are safe to print."""
    try:
        problem = read_answer(answer, Problem)
    except NoSuchAnswer:
        return Problem()
    texts = {"title": plain(problem.title), "detail": plain(problem.detail), "field": plain(problem.field or "")}
    return msgspec.structs.replace(problem, **texts)


def sentence_of(problem: Problem) -> str:
    """The server's own words, with the field that they are about; empty if it said nothing."""
    words = problem.detail or problem.title
    return f"{words} (field: {problem.field})" if words and problem.field else words
