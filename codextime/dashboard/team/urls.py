"""Pages of seats. The other addresses of a team are in `teams`."""

from django.urls import path

from codextime.dashboard.team import views

urlpatterns = [
    path("seats", views.show_own_seats, name="own_seats"),
    path("teams/<slug:slug>", views.show_team, name="team"),
    path("teams/<slug:slug>/seats", views.show_seats, name="team_seats"),
    path("teams/<slug:slug>/seats.csv", views.fetch_seats, name="team_seats_csv"),
    path("teams/<slug:slug>/seats/<uuid:seat_id>", views.show_seat, name="team_seat"),
    path("teams/<slug:slug>/board", views.show_board, name="team_board"),
]
