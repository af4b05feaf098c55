from django.apps import AppConfig


class ProjectConfig(AppConfig):
    name = "codextime.config"

    def ready(self) -> None:
        """Loads the Celery application, so that tasks sent from any process go to our broker."""
        __import__("codextime.config.celery")
