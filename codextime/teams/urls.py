"""Pages of teams: who is in them, and what is shared. What teams see of it is in `dashboard`."""

from django.urls import path

from codextime.teams import (
    invitation_views,
    join_views,
    machine_views,
    member_views,
    seat_views,
    team_views,
    token_views,
)

# The words after /teams/ are reserved in `slugs`.
urlpatterns = [
    path("teams", team_views.list_teams, name="teams"),
    path("teams/new", team_views.create_team, name="team_new"),
    path("teams/left/<uuid:seat_id>", seat_views.take_back_seat, name="team_left_seat"),
    path("teams/join", join_views.join, name="team_join_page"),
    path("teams/join/<str:token>", join_views.open_link, name="team_join"),
    path("teams/<slug:slug>/members", member_views.show_members, name="team_members"),
    path("teams/<slug:slug>/members/<uuid:member_id>/role", member_views.change_role, name="team_member_role"),
    path("teams/<slug:slug>/members/<uuid:member_id>/transfer", member_views.transfer_team, name="team_transfer"),
    path("teams/<slug:slug>/members/<uuid:member_id>/remove", member_views.remove_member, name="team_member_remove"),
    path("teams/<slug:slug>/name", member_views.rename_oneself, name="team_own_name"),
    path("teams/<slug:slug>/leave", member_views.leave_team, name="team_leave"),
    path("teams/<slug:slug>/invitations", invitation_views.invite, name="team_invitations"),
    path(
        "teams/<slug:slug>/invitations/<uuid:invitation_id>/resend", invitation_views.resend, name="team_invite_resend"
    ),
    path(
        "teams/<slug:slug>/invitations/<uuid:invitation_id>/revoke", invitation_views.revoke, name="team_invite_revoke"
    ),
    path("teams/<slug:slug>/seats/share", seat_views.share_seat, name="team_seat_share"),
    path("teams/<slug:slug>/seats/<uuid:seat_id>/edit", seat_views.edit_seat, name="team_seat_edit"),
    path("teams/<slug:slug>/seats/<uuid:seat_id>/end", seat_views.end_seat, name="team_seat_end"),
    path("teams/<slug:slug>/seats/<uuid:seat_id>/remove", seat_views.end_seat_of_another, name="team_seat_remove"),
    path("teams/<slug:slug>/seats/<uuid:seat_id>/budget", seat_views.set_budget, name="team_seat_budget"),
    path("teams/<slug:slug>/machines", machine_views.add_machine, name="team_machines"),
    path("teams/<slug:slug>/machines/<uuid:seat_id>/renew", machine_views.renew_machine, name="team_machine_renew"),
    path("teams/<slug:slug>/machines/<uuid:seat_id>/end", machine_views.end_machine, name="team_machine_end"),
    path("teams/<slug:slug>/settings", team_views.change_settings, name="team_settings"),
    path("teams/<slug:slug>/settings/address", team_views.change_slug, name="team_address"),
    path("teams/<slug:slug>/settings/delete", team_views.delete_team, name="team_delete"),
    path("teams/<slug:slug>/settings/keep", team_views.keep_team, name="team_keep"),
    path("teams/<slug:slug>/audit", team_views.show_audit_log, name="team_audit"),
    path("teams/<slug:slug>/tokens", token_views.team_tokens, name="team_tokens"),
    path("teams/<slug:slug>/tokens/<uuid:token_id>/revoke", token_views.revoke_token, name="team_token_revoke"),
]
