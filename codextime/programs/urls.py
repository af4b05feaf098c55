"""What programs ask for, and the page that lets them."""

from django.urls import path
from django.views.decorators.http import conditional_page

import codextime.programs.openapi  # noqa: F401 - its descriptions register themselves
from codextime.programs import api, team_api, views

# With an entity tag, and 304 for who has the answer already (RFC 9110, section 13.1.2).
urlpatterns = [
    path("settings/read-tokens", views.read_tokens, name="read_tokens"),
    path("settings/read-tokens/<int:token_id>/revoke", views.revoke_read_token, name="read_token_revoke"),
    path("api/v1/totals", conditional_page(api.TotalsView.as_view()), name="totals"),
    path("api/v1/usage/calls", conditional_page(api.UsageCallsView.as_view()), name="usage_calls"),
    path("api/v1/corrections", conditional_page(api.CorrectionsView.as_view()), name="api_corrections"),
    path("api/v1/profile", conditional_page(api.ProfileView.as_view()), name="profile"),
    # Whatever stands for a team, the answer is one of the API.
    path(
        "api/v1/teams/<path:slug>/totals", conditional_page(team_api.TeamTotalsView.as_view()), name="api_team_totals"
    ),
    path("api/v1/teams/<path:slug>/seats", conditional_page(team_api.TeamSeatsView.as_view()), name="api_team_seats"),
]
