"""A server on loopback that answers as a test tells it and remembers every byte it was asked."""

import gzip
import json
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Request:
    path: str
    headers: dict[str, str]
    body: bytes
    method: str = "POST"

    def json(self) -> Any:
        return json.loads(gzip.decompress(self.body))

    @property
    def origin(self) -> str:
        """The address that was asked."""
        return f"http://{self.headers['Host']}"


@dataclass(frozen=True)
class Reply:
    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Peer:
    """Answers each request with the next of `replies`; the last one is repeated."""

    address: str
    replies: list[Any] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)

    def answers(self, *replies: Any) -> None:
        """`Reply`, or a function from `Request` to `Reply`, or `None` to hang up without an answer."""
        self.replies = list(replies)

    def reply_to(self, request: Request) -> Reply | None:
        self.requests.append(request)
        reply = self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]
        return reply(request) if callable(reply) else reply


def stored_everything(request: Request) -> Reply:
    """What a server says that took every row."""
    upload = request.json()
    counts = {"added": len(upload["calls"]), "withdrawn": len(upload.get("withdrawals", []))}
    others = {"replaced": 0, "already_there": 0, "refused": [], "dashboard_url": f"{request.origin}/dashboard"}
    return Reply(201, {"upload_id": upload["upload_id"], "received_at": "2026-11-21T00:00:00Z", **counts, **others})


@contextmanager
def running_peer(certificate: ssl.SSLContext | None = None) -> Iterator[Peer]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    if certificate is not None:
        server.socket = certificate.wrap_socket(server.socket, server_side=True)
    peer = Peer(f"{'http' if certificate is None else 'https'}://localhost:{server.server_port}")
    server.RequestHandlerClass = handler_for(peer)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield peer
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def handler_for(peer: Peer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.answer()

        def do_POST(self) -> None:
            self.answer()

        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            reply = peer.reply_to(Request(self.path, dict(self.headers), body, self.command))
            if reply is None:
                self.close_connection = True
                return
            content = reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body).encode()
            (self.send_response_only if "Date" in reply.headers else self.send_response)(reply.status)
            for name, value in {"Content-Length": str(len(content)), **reply.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *arguments: Any) -> None:
            """Says nothing."""

    return Handler


def forwarding(address: str) -> Callable[[Request], Reply]:
    """Stands between a tracker and the server at `address`: what is asked is seen, and answered by the server."""

    def forward(request: Request) -> Reply:
        parts = urlsplit(address)
        line = HTTPConnection(parts.hostname or "", parts.port)
        with closing(line):
            line.request(request.method, request.path, request.body, request.headers)
            answer = line.getresponse()
            body = answer.read()
        dropped = ("content-length", "connection", "transfer-encoding", "date", "server")
        return Reply(
            answer.status, body, {name: text for name, text in answer.headers.items() if name.lower() not in dropped}
        )

    return forward
