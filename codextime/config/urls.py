"""Every URL of the server."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("codextime.accounts.urls")),
    path("", include("codextime.site.urls")),
    path("", include("codextime.boards.urls")),
    path("", include("codextime.dashboard.urls")),
    path("", include("codextime.devices.urls")),
    path("", include("codextime.ingest.urls")),
    path("accounts/", include("allauth.urls")),
]
