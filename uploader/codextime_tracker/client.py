"""The only module that talks to a server. Sends what it is given, waits politely, says plainly what went wrong."""

import gzip
import random
import time
from collections.abc import Callable, Iterator, Mapping
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import TypeVar
from urllib.parse import urlencode, urljoin, urlsplit

import httpx
import msgspec

from codextime_tracker.addresses import Server
from codextime_tracker.answers import Answer, PairingCode, PairingState, Receipt, read_problem, sentence_of
from codextime_tracker.exits import Exit, Stopped
from codextime_tracker.terminal import plain

UPLOADS = "/api/v1/uploads"
PAIRING_START = "/api/v1/device/authorization"
PAIRING_POLL = "/api/v1/device/token"
CLIENT_ID = "codextime-tracker"
GRANT_TYPE = "urn:ietf:params:oauth:grant-type:device_code"

# One constant name without a version, a system or a Python: it tells no machine from another.
HEADERS = {"User-Agent": "codextime-tracker", "Accept": "application/json", "Accept-Encoding": "gzip"}

ATTEMPTS = 5  # the waits between them, 1 + 2 + 4 + 8 s, outlast the restart of a server but not a person's patience
FIRST_WAIT = 1.0  # doubled each time; a server that restarts is back within seconds
LONGEST_WAIT = 120.0  # a rate limit counts in minutes; who asks for more than two is better served by a later run
CONNECT_SECONDS = 10.0  # a packet lost twice is sent a third time after 7 s
ANSWER_SECONDS = 90.0  # storing 10,000 calls takes a second; proxies in front of servers give up after 60
LARGEST_ANSWER = 16 * 1024 * 1024  # 10,000 refused rows with their reasons are 2 MB

Decoded = TypeVar("Decoded")


class ServerUnreachable(Stopped):
    exit = Exit.UNREACHABLE


class ServerBusy(Stopped):
    exit = Exit.SERVER_BUSY


class ServerRefused(Stopped):
    exit = Exit.SERVER_REFUSED


class TokenRefused(Stopped):
    exit = Exit.TOKEN_REFUSED


class UploadTooLarge(ServerRefused):
    """413: fewer calls at once may pass."""


class UploadIdTaken(ServerRefused):
    """409: the server has another body under this upload id."""


class ProtocolNotSupported(ServerRefused):
    """400: the server and this tracker know no protocol version in common."""


class Client:
    """A connection to one server. `notice` is told of each wait, so that a pause has a reason on the screen.

    `sleep` and `jitter` (0 to 1) are arguments for the tests' sake.
    """

    def __init__(
        self,
        server: Server,
        *,
        notice: Callable[[str], None] = lambda text: None,
        sleep: Callable[[float], None] = time.sleep,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self.server = server
        self.notice = notice
        self.sleep = sleep
        self.jitter = jitter
        self.http = httpx.Client(
            base_url=str(server),
            timeout=httpx.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS),
            follow_redirects=False,
            trust_env=server.scheme == "https",  # a proxy may carry an encrypted line, but must not read a plain one
        )
        self.http.headers = httpx.Headers(HEADERS)

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.http.close()

    def upload(self, *, token: str, body: bytes) -> Receipt:
        """Sends one upload. The same body may be sent again at any time: the server stores it once."""
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json", "Content-Encoding": "gzip"}
        answer = self.post(UPLOADS, compressed(body), headers)
        if answer.status in (200, 201):
            return self.decoded(answer, Receipt)
        raise self.refused_upload(answer)

    def start_pairing(self, *, user_id: str) -> PairingCode:
        """RFC 8628, section 3.1."""
        answer = self.post_form(PAIRING_START, {"client_id": CLIENT_ID, "user": user_id})
        if answer.status != 200:
            raise self.refused(answer)
        return self.decoded(answer, PairingCode)

    def poll_pairing(self, *, device_code: str) -> PairingState:
        """RFC 8628, section 3.4."""
        fields = {"grant_type": GRANT_TYPE, "device_code": device_code, "client_id": CLIENT_ID}
        answer = self.post_form(PAIRING_POLL, fields)
        if answer.status not in (200, 400):
            raise self.refused(answer)
        return self.decoded(answer, PairingState)

    def post_form(self, path: str, fields: Mapping[str, str]) -> Answer:
        body = urlencode(fields).encode()
        return self.post(path, body, {"Content-Type": "application/x-www-form-urlencoded"})

    def post(self, path: str, content: bytes, headers: Mapping[str, str]) -> Answer:
        """The answer, whatever its status, of a server that is neither away nor busy. Raises after the last try."""
        for attempt in range(1, ATTEMPTS + 1):
            wait = FIRST_WAIT * 2 ** (attempt - 1) * (0.5 + self.jitter())
            try:
                answer = self.post_once(path, content, headers)
            except httpx.TransportError as error:
                stopped: Stopped = self.unreachable(error)
                is_hopeless = has_untrusted_certificate(error)
            else:
                if answer.status != 429 and answer.status < 500:
                    return answer
                stopped = self.busy(answer)
                wait = max(wait, retry_after(answer))
                is_hopeless = wait > LONGEST_WAIT
            if is_hopeless or attempt == ATTEMPTS:
                raise stopped
            self.notice(f"{stopped} Trying again in {wait:.0f} s.")
            self.sleep(wait)
        raise AssertionError("the loop returns or raises")

    def post_once(self, path: str, content: bytes, headers: Mapping[str, str]) -> Answer:
        with self.http.stream("POST", path, content=content, headers=headers) as response:
            body = b"".join(bounded(response.iter_bytes(), LARGEST_ANSWER))
            answer = Answer(response.status_code, response.headers, body)
        self.http.cookies.clear()  # a cookie would be one more thing that tells this machine from another
        return answer

    def decoded(self, answer: Answer, kind: type[Decoded]) -> Decoded:
        try:
            return msgspec.json.decode(answer.body, type=kind)
        except (msgspec.DecodeError, UnicodeDecodeError):
            raise ServerRefused(f"{self.server} does not answer like a Codextime server. Check the address.") from None

    def refused_upload(self, answer: Answer) -> Stopped:
        """The error that `answer` to an upload is."""
        problem = read_problem(answer)
        if answer.status == 401:
            said = f" It says: {sentence_of(problem)}" if sentence_of(problem) else ""
            return TokenRefused(f"{self.server} does not accept this machine's upload token any more.{said}")
        if answer.status == 409:
            return UploadIdTaken("The server has other calls under the same upload id.")
        if answer.status == 413:
            return UploadTooLarge("The server does not take uploads of this size, not even with a single call.")
        if problem.code == "unsupported_protocol":
            return ProtocolNotSupported(advice_on_protocols(problem.supported))
        return self.refused(answer)

    def refused(self, answer: Answer) -> Stopped:
        """The error that any other unexpected answer is."""
        if 300 <= answer.status < 400:
            target = urlsplit(urljoin(str(self.server), answer.headers.get("location", "")))
            elsewhere = plain(f"{target.scheme}://{target.netloc}")
            return ServerRefused(f"{self.server} redirects to {elsewhere}. If that is yours: --server {elsewhere}")
        if answer.status == 404:
            return ServerRefused(f"{self.server} has no Codextime behind it. Check the address.")
        said = sentence_of(read_problem(answer)) or "it gave no reason"
        return ServerRefused(f"{self.server} refused with status {answer.status}: {said}")

    def unreachable(self, error: httpx.TransportError) -> ServerUnreachable:
        if has_untrusted_certificate(error):
            return ServerUnreachable(f"The certificate of {self.server} is not trusted, so nothing was sent: {error}")
        reason = plain(str(error)) or type(error).__name__
        return ServerUnreachable(f"Cannot reach {self.server}: {reason}. Is the server up, and the address right?")

    def busy(self, answer: Answer) -> ServerBusy:
        said = sentence_of(read_problem(answer))
        wait = retry_after(answer)
        when = f" It asks to wait {wait:.0f} s." if wait else ""
        return ServerBusy(f"{self.server} cannot take it now (status {answer.status}).{when} {said}".rstrip())


def compressed(body: bytes) -> bytes:
    """RFC 1952, the same bytes on every machine: no time, and 255 ("unknown") for the operating system."""
    packed = gzip.compress(body, compresslevel=6, mtime=0)
    return packed[:9] + b"\xff" + packed[10:]


def bounded(chunks: Iterator[bytes], largest: int) -> Iterator[bytes]:
    """The chunks; raises `ServerRefused` once they are more than `largest` bytes."""
    for chunk in chunks:
        largest -= len(chunk)
        if largest < 0:
            raise ServerRefused("The server's answer is far too long. Check the address.")
        yield chunk


def retry_after(answer: Answer) -> float:
    """The seconds that `Retry-After` (RFC 9110, section 10.2.3) asks for; 0 if it asks for nothing that makes sense."""
    text = answer.headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - time.time())
    except ValueError:
        return 0.0


def has_untrusted_certificate(error: BaseException | None) -> bool:
    """Whether a certificate's check failed somewhere below `error`; asking again would not change that."""
    import ssl

    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError) or "CERTIFICATE_VERIFY_FAILED" in str(error):
            return True
        error = error.__cause__ or error.__context__
    return False


def advice_on_protocols(supported: list[int]) -> str:
    if supported and min(supported) > 1:
        return "The server needs a newer tracker. Update it: pipx upgrade codextime-tracker"
    return (
        f"The server takes only protocol versions {supported}, this tracker sends 1. Ask who runs the server to update."
    )
