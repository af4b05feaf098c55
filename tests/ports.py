"""Ports that nothing listens on, for a program that starts in a moment or for one that never does."""

import contextlib
import secrets
import socket

# Below those that the kernel gives to connections and to listeners on port 0: one of these could take it meanwhile.
CHOICE = range(20_000, 32_000)


def find_free_port() -> int:
    while True:
        port = secrets.choice(CHOICE)
        with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port
