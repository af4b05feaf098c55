"""Celery with another broker than the one of the tests."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from codextime.config.celery import app

SILENCE_SECONDS = 0.5  # instead of those of the settings, which tests need not wait for
IMPATIENT = {"socket_connect_timeout": SILENCE_SECONDS, "socket_timeout": SILENCE_SECONDS}  # of a cache


@contextmanager
def broker_at(url: str) -> Iterator[None]:
    """Tasks are sent to `url`, on new connections; afterwards to the broker of the tests again."""
    former_url, former_options = app.conf.broker_url, app.conf.broker_transport_options
    try:
        use_broker(url, former_options | {"socket_timeout": SILENCE_SECONDS})
        yield
    finally:
        use_broker(former_url, former_options)


def use_broker(url: str, options: dict[str, Any]) -> None:
    app.conf.broker_url, app.conf.broker_transport_options = url, options
    app._after_fork()  # forgets pooled connections; Celery has no public word for it


@contextmanager
def silent_address() -> Iterator[str]:
    """An address that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"redis://127.0.0.1:{listener.getsockname()[1]}/0"
