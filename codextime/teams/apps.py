from django.apps import AppConfig


class TeamsConfig(AppConfig):
    name = "codextime.teams"
    verbose_name = "Teams"
