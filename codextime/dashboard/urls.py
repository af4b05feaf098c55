"""The signed-in pages."""

from django.urls import path

from codextime.dashboard import views

urlpatterns = [
    path("dashboard", views.overview, name="dashboard"),
]
