"""What went wrong with a server: an error for each kind; its text says what to do and quotes the server harmlessly."""

import re
import ssl
import time
from email.utils import parsedate_to_datetime
from urllib.parse import urljoin, urlsplit

from codextime_tracker.addresses import Server
from codextime_tracker.allowlist import PROTOCOL
from codextime_tracker.answers import Answer, Problem, read_problem, sentence_of
from codextime_tracker.exits import Exit, Stopped
from codextime_tracker.terminal import plain

NO_SUCH_SERVICE = (404, 405, 501)  # what web servers say to a POST that nobody waits for


class ServerUnreachable(Stopped):
    exit = Exit.UNREACHABLE


class ServerBusy(Stopped):
    exit = Exit.SERVER_BUSY


class ServerRefused(Stopped):
    exit = Exit.SERVER_REFUSED


class AnswerUnusable(ServerRefused):
    """What came back is no answer of a Codextime server. Nothing is taken from it."""


class TokenRefused(Stopped):
    exit = Exit.TOKEN_REFUSED


class UploadTooLarge(ServerRefused):
    """413: fewer calls at once may pass."""


class UploadIdTaken(ServerRefused):
    """409: the server has another body under this upload id."""


class ProtocolNotSupported(ServerRefused):
    """400: the server and this tracker know no protocol version in common."""


def refused_upload(server: Server, answer: Answer) -> Stopped:
    """The error that `answer` to an upload is."""
    problem = read_problem(answer)
    if answer.status == 401:
        said = f" It says: {sentence_of(problem)}" if sentence_of(problem) else ""
        return TokenRefused(f"{server} does not accept this machine's upload token any more.{said}")
    if answer.status == 409:
        return UploadIdTaken("The server has other calls under the same upload id.")
    if answer.status == 413:
        return UploadTooLarge("The server does not take uploads of this size, not even with a single call.")
    if problem.code == "unsupported_protocol":
        return ProtocolNotSupported(advice_on_protocols(problem))
    return refused(server, answer)


def refused(server: Server, answer: Answer) -> Stopped:
    """The error that any other unexpected answer is."""
    if answer.status < 400:
        return unusable(server)
    if answer.status in NO_SUCH_SERVICE:
        return ServerRefused(f"{server} has no Codextime behind it. Check the address.")
    said = sentence_of(read_problem(answer)) or "it gave no reason"
    return ServerRefused(f"{server} refused with status {answer.status}: {said}")


def redirected(server: Server, location: str) -> ServerRefused:
    """A redirect is told and not followed: its target may be anybody."""
    try:
        target = urlsplit(urljoin(str(server), location))
    except ValueError:
        return unusable(server)
    elsewhere = plain(f"{target.scheme}://{target.netloc}")
    return ServerRefused(f"{server} redirects to {elsewhere}. If that is yours: --server {elsewhere}")


def unusable(server: Server) -> AnswerUnusable:
    return AnswerUnusable(f"{server} does not answer like a Codextime server. Check the address.")


def unreachable(server: Server, error: Exception) -> ServerUnreachable:
    reason = re.sub(r"^\[Errno -?\d+\] ", "", plain(str(error))) or type(error).__name__
    if has_untrusted_certificate(error):
        return ServerUnreachable(f"The certificate of {server} is not trusted, so nothing was sent: {reason}")
    return ServerUnreachable(f"Cannot reach {server}: {reason}. Is the server up, and the address right?")


def busy(server: Server, answer: Answer) -> ServerBusy:
    said = sentence_of(read_problem(answer))
    wait = retry_after(answer)
    when = f" It asks to wait {wait:.0f} s." if wait else ""
    return ServerBusy(f"{server} cannot take it now (status {answer.status}).{when} {said}".rstrip())


def retry_after(answer: Answer) -> float:
    """The seconds that `Retry-After` (RFC 9110, section 10.2.3) asks for; 0 if it asks for nothing that makes sense."""
    text = answer.headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - time.time())
    except (ValueError, OverflowError):
        return 0.0


def has_untrusted_certificate(error: BaseException | None) -> bool:
    """Whether a certificate's check failed somewhere below `error`; asking again would not change that."""
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError) or "CERTIFICATE_VERIFY_FAILED" in str(error):
            return True
        error = error.__cause__ or error.__context__
    return False


def advice_on_protocols(problem: Problem) -> str:
    if problem.supported and min(problem.supported) > PROTOCOL:
        return "The server needs a newer tracker. Update it: pipx upgrade codextime-tracker"
    return f"The server does not know protocol version {PROTOCOL} yet. Ask who runs the server to update it."
