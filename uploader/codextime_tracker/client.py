"""The only module that talks to a server. Sends what it is given, waits politely, and says plainly what went wrong."""

import gzip
import random
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import TracebackType
from urllib.parse import urlencode

import httpx

from codextime_tracker.addresses import Server
from codextime_tracker.answers import (
    Answer,
    CallsPage,
    Decoded,
    NoSuchAnswer,
    PairingCode,
    PairingState,
    Receipt,
    TokenCheck,
    TokenOpens,
    date_of,
    read_answer,
)
from codextime_tracker.credentials import is_token
from codextime_tracker.exits import Stopped, UsageRefused
from codextime_tracker.failures import (
    NO_SUCH_SERVICE,
    AnswerUnusable,
    TokenRefused,
    busy,
    has_untrusted_certificate,
    redirected,
    refused,
    refused_upload,
    retry_after,
    unreachable,
    unusable,
)
from codextime_tracker.terminal import plain

UPLOADS = "/api/v1/uploads"
DEVICE = "/api/v1/device"
CALLS = "/api/v1/calls"
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
SLOW_SECONDS = 4.0  # a server that is well has answered by then
ANSWER_SECONDS = 90.0  # storing 10,000 calls takes a second; proxies in front of servers give up after 60
LARGEST_ANSWER = 16 * 1024 * 1024  # 10,000 refused rows with their reasons are 2 MB


class Client:
    """A connection to one server. `notice` is told of each wait, so that a pause has a reason on the screen: also,
    once and from another thread, of an answer that takes more than `slow` seconds.

    `sleep`, `jitter` (0 to 1) and `slow` are arguments for the tests' sake.
    """

    def __init__(
        self,
        server: Server,
        *,
        notice: Callable[[str], None] = lambda text: None,
        sleep: Callable[[float], None] = time.sleep,
        jitter: Callable[[], float] = random.random,
        slow: float = SLOW_SECONDS,
        attempts: int = ATTEMPTS,
    ) -> None:
        self.server = server
        self.notice = notice
        self.sleep = sleep
        self.jitter = jitter
        self.slow = slow
        self.attempts = attempts
        self.is_known_slow = False
        self.http = open_line(server)
        self.http.event_hooks = {"response": [self.refuse_redirect]}  # before httpx looks where it leads

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.http.close()

    def upload(self, *, token: str, body: bytes) -> Receipt:
        """Sends one upload. The same body may be sent again at any time: the server stores it once."""
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json", "Content-Encoding": "gzip"}
        answer = self.ask("POST", UPLOADS, compressed(body), headers)
        if answer.status in (200, 201):
            return self.decoded(answer, Receipt)
        raise refused_upload(self.server, answer)

    def check_token(self, *, token: str) -> TokenCheck:
        """Asks whether the upload token works; changes nothing."""
        answer = self.ask("GET", DEVICE, b"", {"Authorization": f"Bearer {token}"})
        if answer.status != 200:
            raise refused_upload(self.server, answer)
        return TokenCheck(self.decoded(answer, TokenOpens), date_of(answer))

    def list_calls(self, *, token: str, user_id: str, source: str | None = None) -> Iterator[CallsPage]:
        """What the server has of the user, or of one source of theirs, page by page.

        Raises `TokenRefused` if the token is another's.
        """
        after = ""
        while True:
            query = urlencode({name: value for name, value in (("after", after), ("source", source)) if value})
            answer = self.ask("GET", f"{CALLS}?{query}", b"", {"Authorization": f"Bearer {token}"})
            if answer.status != 200:
                raise refused_upload(self.server, answer)
            page = self.decoded(answer, CallsPage)
            if page.user != user_id:
                raise TokenRefused(f"This upload token belongs to another account than {user_id}. Nothing was changed.")
            yield page
            if page.next is None:
                return
            if page.next <= after:
                raise unusable(self.server)  # it would go on for ever
            after = page.next

    def start_pairing(self, *, user_id: str, groups_by_session: bool = False) -> PairingCode:
        """RFC 8628, section 3.1."""
        more = {"group_by_session": "true"} if groups_by_session else {}
        answer = self.post_form(PAIRING_START, {"client_id": CLIENT_ID, "user": user_id, **more})
        if answer.status != 200:
            raise refused(self.server, answer)
        return self.decoded(answer, PairingCode)

    def poll_pairing(self, *, device_code: str) -> PairingState:
        """RFC 8628, section 3.4."""
        fields = {"grant_type": GRANT_TYPE, "device_code": device_code, "client_id": CLIENT_ID}
        answer = self.post_form(PAIRING_POLL, fields)
        if answer.status not in (200, 400):
            raise refused(self.server, answer)
        state = self.decoded(answer, PairingState)
        if (answer.status == 200) != bool(is_token(state.access_token)):
            raise unusable(self.server)
        return state

    def post_form(self, path: str, fields: Mapping[str, str]) -> Answer:
        body = urlencode(fields).encode()
        return self.ask("POST", path, body, {"Content-Type": "application/x-www-form-urlencoded"})

    def ask(self, method: str, path: str, content: bytes, headers: Mapping[str, str]) -> Answer:
        """The answer, whatever its status, of a server that is neither away nor busy. Raises after the last try."""
        for attempt in range(1, self.attempts + 1):
            wait = FIRST_WAIT * 2 ** (attempt - 1) * (0.5 + self.jitter())
            try:
                answer = self.ask_once(method, path, content, headers)
            except httpx.TransportError as error:
                stopped: Stopped = unreachable(self.server, error)
                is_hopeless = has_untrusted_certificate(error)
            except httpx.DecodingError:
                raise unusable(self.server) from None
            else:
                if answer.status != 429 and (answer.status < 500 or answer.status in NO_SUCH_SERVICE):
                    return answer
                stopped = busy(self.server, answer)
                wait = max(wait, retry_after(answer))
                is_hopeless = wait > LONGEST_WAIT
            if is_hopeless or attempt == self.attempts:
                raise stopped
            self.notice(f"{stopped} Trying again in {wait:.0f} s ({tries_left(self.attempts - attempt)}).")
            self.sleep(wait)
        raise AssertionError("the loop returns or raises")

    def ask_once(self, method: str, path: str, content: bytes, headers: Mapping[str, str]) -> Answer:
        with self.waiting_aloud(), self.http.stream(method, path, content=content, headers=headers) as response:
            body = b"".join(bounded(response.iter_bytes(), LARGEST_ANSWER))
            answer = Answer(response.status_code, response.headers, body)
        self.http.cookies.clear()  # a cookie would be one more thing that tells this machine from another
        return answer

    @contextmanager
    def waiting_aloud(self) -> Iterator[None]:
        timer = threading.Timer(self.slow, self.say_slow)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def say_slow(self) -> None:
        if not self.is_known_slow:
            self.is_known_slow = True
            self.notice(f"{self.server} has not answered yet; waiting for it.")

    def refuse_redirect(self, response: httpx.Response) -> None:
        if response.has_redirect_location:
            raise redirected(self.server, response.headers["location"])

    def decoded(self, answer: Answer, kind: type[Decoded]) -> Decoded:
        try:
            return read_answer(answer, kind)
        except NoSuchAnswer:
            raise unusable(self.server) from None


def tries_left(left: int) -> str:
    return "the last try" if left == 1 else f"{left} tries left"


def open_line(server: Server) -> httpx.Client:
    """Raises `UsageRefused` for an address, a proxy or a file of certificates that cannot be used."""
    is_encrypted = server.scheme == "https"
    try:
        line = httpx.Client(
            base_url=str(server),
            timeout=httpx.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS),
            follow_redirects=False,
            trust_env=is_encrypted,  # a proxy may carry an encrypted line, but must not read a plain one
            verify=is_encrypted or ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),  # of no authority: none is read in vain
        )
    except (httpx.InvalidURL, ValueError, ImportError, OSError) as error:
        raise UsageRefused(
            f"Cannot open a line to {server}: {plain(str(error))}. Check the address, and the settings of this machine "
            "for proxies and certificates: HTTPS_PROXY, ALL_PROXY, SSL_CERT_FILE, SSL_CERT_DIR."
        ) from error
    line.headers = httpx.Headers(HEADERS)
    return line


def compressed(body: bytes) -> bytes:
    """RFC 1952, the same bytes on every machine: no time, and 255 ("unknown") for the operating system."""
    packed = gzip.compress(body, compresslevel=6, mtime=0)
    return packed[:9] + b"\xff" + packed[10:]


def bounded(chunks: Iterator[bytes], largest: int) -> Iterator[bytes]:
    """The chunks; raises `ServerRefused` once they are more than `largest` bytes."""
    for chunk in chunks:
        largest -= len(chunk)
        if largest < 0:
            raise AnswerUnusable("The server's answer is far too long. Check the address.")
        yield chunk
