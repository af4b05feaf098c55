"""The Celery application; tasks are found in each app's `tasks` module."""

import os
from typing import Any

from celery import Celery, Task
from celery.signals import before_task_publish, task_postrun, task_prerun

from codextime.lib import request_ids

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "codextime.config.settings")

app = Celery("codextime")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@before_task_publish.connect
def send_request_id(headers: dict[str, Any], **_: Any) -> None:
    """A task belongs to the request that started it."""
    headers["request_id"] = request_ids.current.get()


@task_prerun.connect
def take_request_id(task: Task[..., Any], **_: Any) -> None:
    """One of beat's belongs to no request, and has its own id."""
    request_ids.current.set(task.request.get("request_id") or task.request.id or "")


@task_postrun.connect
def drop_request_id(**_: Any) -> None:
    request_ids.current.set("")
