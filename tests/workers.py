"""A real Celery worker in a thread of this process."""

from contextlib import AbstractContextManager
from functools import partial

from celery.contrib.testing.worker import start_worker

from codextime.config.celery import app
from tests.at_once import DEADLINE_SECONDS

running_worker = partial[AbstractContextManager[object]](
    start_worker, app, perform_ping_check=False, shutdown_timeout=DEADLINE_SECONDS
)
