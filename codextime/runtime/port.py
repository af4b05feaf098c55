"""The port of the web server, taken before anything is started and on loopback only."""

import errno
import socket

import psutil

from codextime.runtime.errors import StartRefused
from codextime.runtime.options import DEFAULT_PORT, Options

LOOPBACK = ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1"))
BACKLOG = 256
HAS_NO_SUCH_ADDRESS = (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT)
PORTS_TRIED = 100


def take_port(options: Options) -> list[socket.socket]:
    """Listening sockets on 127.0.0.1 and, where the machine has it, ::1: browsers try either for `localhost`.

    We keep them while the web server is started again, so that requests wait instead of failing. `StartRefused`
    when the port is taken or forbidden, with the command for one that is free.
    """
    try:
        return listen_on_loopback(options.port)
    except OSError as error:
        raise StartRefused(refusal(options, error)) from error


def listen_on_loopback(port: int) -> list[socket.socket]:
    taken: list[socket.socket] = []
    for family, address in LOOPBACK:
        try:
            taken.append(listen(family, address, port))
        except OSError as error:
            if error.errno in HAS_NO_SUCH_ADDRESS and taken:
                continue
            for sock in taken:
                sock.close()
            raise
    return taken


def listen(family: socket.AddressFamily, address: str, port: int) -> socket.socket:
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        sock.bind((address, port))
        sock.listen(BACKLOG)
    except OSError:
        sock.close()
        raise
    return sock


def refusal(options: Options, error: OSError) -> str:
    port = options.port
    if error.errno == errno.EADDRINUSE:
        reason = f"Port {port} is taken{describe_holder(port)}."
    else:
        reason = f"Port {port} cannot be used: {error.strerror}."
    return f"{reason}\nChoose another one: {options.command('up', port=find_free_port(port))}"


def describe_holder(port: int) -> str:
    """Such as ` by python3 (process 123)`; nothing where the system does not tell us."""
    try:
        found = [row.pid for row in psutil.net_connections("tcp") if row.laddr and row.laddr.port == port and row.pid]
        return f" by {psutil.Process(found[0]).name()} (process {found[0]})" if found else ""
    except psutil.Error:
        return ""


def find_free_port(after: int) -> int:
    """The next port that can be taken now; 8001 if there is none near."""
    first = max(after + 1, DEFAULT_PORT)
    for port in range(first, min(first + PORTS_TRIED, 65536)):
        try:
            for sock in listen_on_loopback(port):
                sock.close()
        except OSError:
            continue
        return port
    return 8001
