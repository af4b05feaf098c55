"""A line to a server that a test can cut, leave silent and mend, without stopping the server for everybody else."""

import contextlib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

CHUNK_BYTES = 64 * 1024
Address = str | tuple[str, int]  # the path of a Unix socket, or host and port


@dataclass
class Line:
    """Listens on a port of loopback and forwards to `target`."""

    target: Address
    listener: socket.socket = field(default_factory=lambda: socket.create_server(("127.0.0.1", 0)))
    is_silent: bool = False
    ends: list[socket.socket] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.port: int = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self) -> None:
        with contextlib.suppress(OSError):  # the line is cut
            while True:
                near, _ = self.listener.accept()
                self.ends.append(near)
                if not self.is_silent:
                    self.connect(near)

    def connect(self, near: socket.socket) -> None:
        far = socket.socket(socket.AF_UNIX) if isinstance(self.target, str) else socket.socket()
        far.connect(self.target)
        self.ends.append(far)
        for start, end in ((near, far), (far, near)):
            threading.Thread(target=self.pump, args=[start, end], daemon=True).start()

    def pump(self, start: socket.socket, end: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while piece := start.recv(CHUNK_BYTES):
                if not self.is_silent:
                    end.sendall(piece)
            end.shutdown(socket.SHUT_RDWR)

    def cut(self) -> None:
        """Ends every connection and refuses new ones."""
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)  # wakes the thread that waits in accept
        self.listener.close()
        self.hang_up()

    def fall_silent(self) -> None:
        """Takes connections and bytes, and answers nothing."""
        self.is_silent = True

    def hang_up(self) -> None:
        while self.ends:
            end = self.ends.pop()
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()


@contextmanager
def line_to(target: Address) -> Iterator[Line]:
    line = Line(target)
    try:
        yield line
    finally:
        line.cut()
