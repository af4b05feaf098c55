"""The client against a real server on loopback that misbehaves as told."""

import gzip
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from codextime_tracker.addresses import parse_server
from codextime_tracker.client import ATTEMPTS, Client, compressed
from codextime_tracker.exits import UsageRefused
from codextime_tracker.failures import (
    ProtocolNotSupported,
    ServerBusy,
    ServerRefused,
    ServerUnreachable,
    TokenRefused,
    UploadIdTaken,
    UploadTooLarge,
)

from tests.at_once import wait_until
from tests.peer import Peer, Reply, Request, running_peer
from tests.ports import find_free_port

RECEIPT = {
    "upload_id": "0" * 32,
    "received_at": "2026-11-21T00:00:00Z",
    "added": 1,
    "replaced": 0,
    "already_there": 0,
    "refused": [],
    "withdrawn": 0,
    "dashboard_url": "http://localhost/dashboard",
}
STORED = Reply(201, RECEIPT)
TOKEN = "cxt_secret"


class Waits(list[float]):
    """Stands in for `time.sleep`: remembers and returns at once."""

    def __call__(self, seconds: float) -> None:
        self.append(seconds)


def upload(peer: Peer, waits: Waits | None = None, token: str = TOKEN) -> Any:
    with Client(parse_server(peer.address), sleep=Waits() if waits is None else waits, jitter=lambda: 0.5) as client:
        return client.upload(token=token, body=b'{"protocol":1}')


def problem(status: int, **fields: Any) -> Reply:
    return Reply(status, {"type": "about:blank", "status": status, **fields})


def test_an_upload_is_packed_and_carries_no_header_that_tells_machines_apart(peer: Peer) -> None:
    peer.answers(STORED)

    receipt = upload(peer)

    [request] = peer.requests
    assert receipt.added == 1
    assert request.path == "/api/v1/uploads"
    assert gzip.decompress(request.body) == b'{"protocol":1}'
    assert request.headers == {
        "Host": peer.address.removeprefix("http://"),
        "User-Agent": "codextime-tracker",
        "Accept": "application/json",
        "Accept-Encoding": "gzip",
        "Connection": "keep-alive",
        "Authorization": "Bearer cxt_secret",
        "Content-Type": "application/json",
        "Content-Encoding": "gzip",
        "Content-Length": str(len(request.body)),
    }


def test_packing_leaves_no_trace_of_time_or_system() -> None:
    assert compressed(b"x") == compressed(b"x")
    assert compressed(b"x")[4:10] == bytes([0, 0, 0, 0, 0, 255])


def test_a_server_that_comes_back_gets_the_same_bytes_again(peer: Peer) -> None:
    peer.answers(None, Reply(503, {}), STORED)
    waits = Waits()

    upload(peer, waits)

    assert waits == [1.0, 2.0]
    assert len({request.body for request in peer.requests}) == 1


def test_a_server_that_stays_away_is_given_up_after_bounded_tries(peer: Peer) -> None:
    peer.answers(Reply(502, b"<html>bad gateway</html>"))
    waits = Waits()

    with pytest.raises(ServerBusy, match="status 502"):
        upload(peer, waits)

    assert len(peer.requests) == ATTEMPTS
    assert waits == [1.0, 2.0, 4.0, 8.0]


def test_each_wait_is_told_with_its_reason(peer: Peer) -> None:
    peer.answers(Reply(503, {"detail": "Restarting."}), STORED)
    told: list[str] = []

    with Client(parse_server(peer.address), notice=told.append, sleep=Waits(), jitter=lambda: 0.5) as client:
        client.upload(token=TOKEN, body=b"{}")

    assert told == [f"{peer.address} cannot take it now (status 503). Restarting. Trying again in 1 s (4 tries left)."]


def test_a_server_that_takes_its_time_is_said_once(peer: Peer) -> None:
    told: list[str] = []

    def answer_once_it_was_said(_request: Request) -> Reply:
        wait_until(lambda: bool(told))
        return STORED

    peer.answers(answer_once_it_was_said)
    with Client(parse_server(peer.address), notice=told.append, sleep=Waits(), slow=0) as client:
        client.upload(token=TOKEN, body=b"{}")
        client.upload(token=TOKEN, body=b"{}")

    assert told == [f"{peer.address} has not answered yet; waiting for it."]


def test_nobody_listening_is_said_plainly() -> None:
    peer = Peer(f"http://localhost:{find_free_port()}")
    waits = Waits()

    with pytest.raises(ServerUnreachable, match=r"localhost:\d+: [^\[]+\. Is the server up"):
        upload(peer, waits)

    assert len(waits) == ATTEMPTS - 1


def test_retry_after_is_honoured(peer: Peer) -> None:
    peer.answers(Reply(429, {}, {"Retry-After": "30"}), STORED)
    waits = Waits()

    upload(peer, waits)

    assert waits == [30.0]


def test_a_retry_after_beyond_patience_ends_the_run_at_once(peer: Peer) -> None:
    peer.answers(Reply(429, {"detail": "Too many uploads."}, {"Retry-After": "3600"}))
    waits = Waits()

    with pytest.raises(ServerBusy, match=r"asks to wait 3600 s\. Too many uploads\."):
        upload(peer, waits)

    assert waits == []


@pytest.mark.parametrize("text", ["soon", "-5", "Wed, 21 Oct 2015 07:28:00 GMT", "٣", ""])
def test_a_retry_after_that_makes_no_sense_changes_nothing(peer: Peer, text: str) -> None:
    peer.answers(Reply(503, {}, {"Retry-After": text.encode().decode("latin-1")}), STORED)
    waits = Waits()

    upload(peer, waits)

    assert waits == [1.0]


def test_a_redirect_is_not_followed(peer: Peer) -> None:
    peer.answers(Reply(308, b"", {"Location": "https://elsewhere.example/api/v1/uploads"}))

    with pytest.raises(ServerRefused, match=r"redirects to https://elsewhere\.example\. If that is yours"):
        upload(peer)

    assert len(peer.requests) == 1


@pytest.mark.parametrize(
    ("reply", "error", "words"),
    [
        (problem(401, detail="Revoked."), TokenRefused, "upload token any more. It says: Revoked"),
        (problem(409, code="upload_id_taken"), UploadIdTaken, "same upload id"),
        (problem(413), UploadTooLarge, "does not take uploads of this size"),
        (problem(400, detail="Not so.", field="label"), ServerRefused, r"status 400: Not so\. \(field: label\)"),
        (problem(400, code="unsupported_protocol", supported=[2, 3]), ProtocolNotSupported, "pipx upgrade"),
        (problem(400, code="unsupported_protocol", supported=[]), ProtocolNotSupported, "Ask who runs the server"),
        (Reply(404, b"not here"), ServerRefused, "no Codextime behind it"),
        (Reply(405, b""), ServerRefused, "no Codextime behind it"),
        (Reply(501, b"Unsupported method"), ServerRefused, "no Codextime behind it"),
        (Reply(200, b"<html>Welcome</html>"), ServerRefused, "does not answer like a Codextime server"),
        (Reply(200, {"added": "many"}), ServerRefused, "does not answer like a Codextime server"),
    ],
)
def test_what_a_server_refuses_is_not_tried_again(peer: Peer, reply: Reply, error: type, words: str) -> None:
    peer.answers(reply)

    with pytest.raises(error, match=words):
        upload(peer)

    assert len(peer.requests) == 1


def test_a_servers_words_cannot_steer_the_terminal(peer: Peer) -> None:
    peer.answers(problem(400, detail="bad\x1b[2J\x07 \u202edrow", field="a\x1b]0;x\x07"))

    with pytest.raises(ServerRefused) as refused:
        upload(peer)

    assert str(refused.value).endswith("status 400: bad[2J drow (field: a]0;x)")


def test_an_endless_answer_is_cut_off(peer: Peer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("codextime_tracker.client.LARGEST_ANSWER", 1000)
    peer.answers(Reply(200, b"x" * 2000))

    with pytest.raises(ServerRefused, match="far too long"):
        upload(peer)


def test_cookies_of_a_server_are_not_sent_back(peer: Peer) -> None:
    peer.answers(Reply(503, {}, {"Set-Cookie": "who=me"}), STORED)

    upload(peer)

    assert "Cookie" not in peer.requests[1].headers


def test_the_token_is_in_no_message(peer: Peer) -> None:
    peer.answers(problem(401, detail="Unknown token."))

    with pytest.raises(TokenRefused) as refused:
        upload(peer, token="cxt_verysecret")

    assert "verysecret" not in repr(refused.value)


def test_a_line_that_does_not_speak_tls_is_unreachable(peer: Peer) -> None:
    peer.answers(STORED)
    encrypted = Peer(peer.address.replace("http:", "https:"))

    with pytest.raises(ServerUnreachable, match="Cannot reach https://localhost"):
        upload(encrypted)

    assert peer.requests == []


@pytest.fixture
def no_proxy_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the machine that runs the tests says about proxies."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.mark.usefixtures("no_proxy_settings")
def test_an_unencrypted_line_is_kept_off_proxies(peer: Peer, monkeypatch: pytest.MonkeyPatch) -> None:
    peer.answers(STORED)
    with running_peer() as proxy:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.address)

        upload(peer)

    assert len(peer.requests) == 1
    assert proxy.requests == []


@pytest.mark.usefixtures("no_proxy_settings")
def test_an_encrypted_line_goes_by_the_proxy_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=refuse_to_connect, args=(listener, ATTEMPTS, asked))
        thread.start()
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{listener.getsockname()[1]}")

        with pytest.raises(ServerUnreachable):
            upload(Peer("https://codextime.example.org"))
        thread.join()

    assert {line.split(b"\r\n")[0] for line in asked} == {b"CONNECT codextime.example.org:443 HTTP/1.1"}
    assert b"cxt_" not in b"".join(asked)


def refuse_to_connect(listener: socket.socket, times: int, asked: list[bytes]) -> None:
    """A proxy that lets nobody through; it gives up waiting for who does not come."""
    listener.settimeout(5)
    with suppress(TimeoutError):
        for _ in range(times):
            connection, _ = listener.accept()
            with connection:
                asked.append(connection.recv(65536))
                connection.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")


@pytest.mark.usefixtures("no_proxy_settings")
@pytest.mark.parametrize(
    ("name", "value"),
    [("HTTPS_PROXY", "nonsense://"), ("ALL_PROXY", "http://[::1"), ("SSL_CERT_FILE", "/nowhere/certificates.pem")],
)
def test_a_setting_of_the_machine_that_cannot_be_used_is_named(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)

    with pytest.raises(UsageRefused, match=name):
        upload(Peer("https://codextime.example.org"))


def test_a_line_that_is_not_encrypted_reads_no_certificates(peer: Peer, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are 140, and take longer than the upload."""
    peer.answers(STORED)
    monkeypatch.setattr(ssl, "create_default_context", lambda **_: pytest.fail("certificates were read"))

    assert upload(peer).added == 1


@pytest.mark.skipif(shutil.which("openssl") is None, reason="makes its certificate with openssl")
def test_a_certificate_that_is_not_trusted_stops_the_first_try(peer: Peer, tmp_path: Path) -> None:
    waits = Waits()

    with peer_with_own_certificate(tmp_path) as address, pytest.raises(ServerUnreachable, match="is not trusted"):
        upload(Peer(address), waits)

    assert waits == []


@pytest.mark.skipif(shutil.which("openssl") is None, reason="makes its certificate with openssl")
@pytest.mark.usefixtures("no_proxy_settings")
@pytest.mark.parametrize("name", ["SSL_CERT_FILE", "SSL_CERT_DIR"])
def test_a_certificate_of_ones_own_authority_is_trusted_where_the_machine_names_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str
) -> None:
    context = own_certificate(tmp_path)
    question = ["openssl", "x509", "-in", str(tmp_path / "certificate.pem"), "-noout", "-hash"]
    name_of_subject = subprocess.run(question, check=True, capture_output=True, text=True).stdout.strip()
    hashed = tmp_path / f"{name_of_subject}.0"  # as a folder of certificates names them
    hashed.write_bytes((tmp_path / "certificate.pem").read_bytes())
    for each in ("SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(each, raising=False)
    monkeypatch.setenv(name, str(hashed if name == "SSL_CERT_FILE" else tmp_path))
    with running_peer(context) as peer:
        peer.answers(STORED)

        upload(peer)

    assert len(peer.requests) == 1


def own_certificate(folder: Path) -> ssl.SSLContext:
    """For localhost, and signed by itself: the certificate stays in the folder."""
    subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    files = ["-keyout", str(folder / "key.pem"), "-out", str(folder / "certificate.pem")]
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    subprocess.run([*command, *subject, *files], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "certificate.pem", folder / "key.pem")
    return context


@contextmanager
def peer_with_own_certificate(folder: Path) -> Iterator[str]:
    context = own_certificate(folder)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=greet_once, args=(context, listener))
        thread.start()
        yield f"https://localhost:{listener.getsockname()[1]}"
        thread.join()


def greet_once(context: ssl.SSLContext, listener: socket.socket) -> None:
    connection, _ = listener.accept()
    with suppress(ssl.SSLError, OSError), context.wrap_socket(connection, server_side=True) as line:
        line.recv(1)


def checked(peer: Peer) -> Any:
    with Client(parse_server(peer.address), sleep=Waits(), jitter=lambda: 0.5) as client:
        return client.check_token(token=TOKEN)


def test_a_token_is_checked_by_asking_and_the_servers_clock_comes_along(peer: Peer) -> None:
    date = {"Date": "Sat, 21 Nov 2026 12:00:00 GMT"}
    peer.answers(Reply(200, {"user": "u_someone", "protocols": [1, 2]}, date))

    check = checked(peer)

    [request] = peer.requests
    assert (request.method, request.path, request.body) == ("GET", "/api/v1/device", b"")
    assert request.headers["Authorization"] == "Bearer cxt_secret"
    assert (check.opens.user, check.opens.protocols) == ("u_someone", [1, 2])
    assert check.server_time == datetime(2026, 11, 21, 12, tzinfo=UTC)


def test_a_token_that_is_refused_or_an_answer_that_is_none_is_told(peer: Peer) -> None:
    peer.answers(problem(401, detail="Revoked."))
    with pytest.raises(TokenRefused, match="Revoked"):
        checked(peer)

    peer.answers(Reply(200, b"<html>"))
    with pytest.raises(ServerRefused):
        checked(peer)
