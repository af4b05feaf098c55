from django.apps import AppConfig


class ProgramsConfig(AppConfig):
    name = "codextime.programs"

    def ready(self) -> None:
        """Registers the description of the read token with drf-spectacular."""
        __import__("codextime.programs.openapi")
