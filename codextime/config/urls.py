"""Every URL of the server."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from codextime.boards.admin import site as moderation_site

handler500 = "codextime.site.failures.server_error"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("codextime.accounts.urls")),
    path("", include("codextime.site.urls")),
    path("", include("codextime.boards.urls")),
    path("", include("codextime.dashboard.urls")),
    path("", include("codextime.exports.urls")),
    path("", include("codextime.teams.urls")),
    path("", include("codextime.devices.urls")),
    path("", include("codextime.ingest.urls")),
    path("", include("codextime.programs.urls")),
    path("", include("codextime.dashboard.team.urls")),  # after what else is below /teams/
    path("accounts/", include("allauth.urls")),
]

handler400 = "codextime.config.errors.bad_request"

if settings.ADMIN_PATH:
    urlpatterns.append(path(f"{settings.ADMIN_PATH}/", moderation_site.urls))
