from django.apps import AppConfig


class IngestConfig(AppConfig):
    name = "codextime.ingest"

    def ready(self) -> None:
        """Registers the description of the upload token with drf-spectacular."""
        __import__("codextime.ingest.openapi")
