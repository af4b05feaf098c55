"""Exports, beside the settings."""

from django.urls import path

from codextime.exports import views

urlpatterns = [
    path("settings/export", views.ask_for_export, name="ask_for_export"),
    path("settings/export/<str:signed>", views.fetch_export, name="fetch_export"),
]
