"""What beat starts has to exist: Celery drops a message with an unknown name and says so to nobody."""

from django.conf import settings

from codextime.config.celery import app


def test_every_scheduled_task_exists() -> None:
    app.loader.import_default_modules()

    assert {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()} <= set(app.tasks)
