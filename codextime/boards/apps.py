from django.apps import AppConfig


class BoardsConfig(AppConfig):
    name = "codextime.boards"
    verbose_name = "Leaderboard"
