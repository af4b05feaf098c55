"""The public board."""

from django.urls import URLPattern, path

from codextime.boards import views

urlpatterns: list[URLPattern] = [path("leaderboard", views.show_board, name="leaderboard")]
