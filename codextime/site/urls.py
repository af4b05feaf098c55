"""The home address and its neighbours."""

from django.urls import path

from codextime.site import views

urlpatterns = [
    path("", views.home, name="home"),
    path("healthz", views.health, name="health"),
]
