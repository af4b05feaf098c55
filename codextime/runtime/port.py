"""The port of the web server, taken before anything is started and on loopback only."""

import errno
import socket

import psutil

from codextime.runtime.errors import StartRefused

LOOPBACK = ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1"))
BACKLOG = 256
HAS_NO_SUCH_ADDRESS = (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT)
PORTS_TRIED = 100


def take_port(port: int) -> list[socket.socket]:
    """Listening sockets on 127.0.0.1 and, where the machine has it, ::1: browsers try either for `localhost`.

    We keep them while the web server is started again, so that requests wait instead of failing. `StartRefused`
    when the port is taken or forbidden, with one that is free.
    """
    taken: list[socket.socket] = []
    for family, address in LOOPBACK:
        try:
            taken.append(listen(family, address, port))
        except OSError as error:
            if error.errno in HAS_NO_SUCH_ADDRESS and taken:
                continue
            for sock in taken:
                sock.close()
            raise StartRefused(refusal(port, error)) from error
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


def refusal(port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        reason = f"Port {port} is taken{describe_holder(port)}."
    else:
        reason = f"Port {port} cannot be used: {error.strerror}."
    return f"{reason}\nChoose another one: make up PORT={find_free_port(port)}"


def describe_holder(port: int) -> str:
    """Such as ` by python3 (process 123)`; nothing where the system does not tell us."""
    try:
        found = [row.pid for row in psutil.net_connections("tcp") if row.laddr and row.laddr.port == port and row.pid]
        return f" by {psutil.Process(found[0]).name()} (process {found[0]})" if found else ""
    except psutil.Error:
        return ""


def find_free_port(after: int) -> int:
    """The next port that can be taken now; 8001 if there is none near."""
    for port in range(max(after + 1, 1024), min(after + PORTS_TRIED, 65536)):
        try:
            for family, address in LOOPBACK[:1]:
                listen(family, address, port).close()
        except OSError:
            continue
        return port
    return 8001
