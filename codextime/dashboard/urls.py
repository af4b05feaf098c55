"""The signed-in pages."""

from django.urls import include, path, register_converter

from codextime.dashboard import (
    board_views,
    correction_views,
    day_views,
    erasure_views,
    estimate_views,
    insight_views,
    own_rate_views,
    settings_views,
    thread_views,
    views,
    withdrawal_views,
)
from codextime.dashboard.addresses import DayConverter

register_converter(DayConverter, "day")

urlpatterns = [
    path("dashboard", views.overview, name="dashboard"),
    path("dashboard/version", views.version, name="dashboard_version"),
    path("estimate", estimate_views.show_estimate, name="estimate"),
    path("estimate/rates", own_rate_views.show_rates, name="own_rates"),
    path("estimate/rates/<int:rate_id>", own_rate_views.change_rate, name="own_rate"),
    path("estimate/rates/<int:rate_id>/remove", own_rate_views.remove_rate, name="own_rate_remove"),
    path("estimate/credit-price", own_rate_views.change_credit_price, name="own_credit_price"),
    path("threads", thread_views.show_threads, name="threads"),
    path("threads/<int:thread_id>", thread_views.show_thread, name="thread"),
    path("threads/<int:thread_id>/name", thread_views.rename_thread, name="thread_name"),
    path("days/<day:on>", day_views.show_day, name="day"),
    path("", include("codextime.dashboard.calls.urls")),
    path("insights", insight_views.show_insights, name="insights"),
    path("insights/thresholds", insight_views.change_thresholds, name="thresholds"),
    path("insights/thresholds/reset", insight_views.reset_thresholds, name="thresholds_reset"),
    path("corrections", correction_views.show_corrections, name="corrections"),
    path("withdrawals", withdrawal_views.show_withdrawals, name="withdrawals"),
    path("withdrawals/<int:record_id>/approve", withdrawal_views.approve_withdrawal, name="withdrawal_approve"),
    path("withdrawals/<int:record_id>/decline", withdrawal_views.decline_withdrawal, name="withdrawal_decline"),
    path("withdrawals/<int:record_id>/undo", withdrawal_views.undo_withdrawal, name="withdrawal_undo"),
    path("settings", settings_views.show_settings, name="settings"),
    path("settings/time-zone", settings_views.change_time_zone, name="settings_time_zone"),
    path("settings/formats", settings_views.change_formats, name="settings_formats"),
    path("settings/theme", settings_views.change_theme, name="settings_theme"),
    path("settings/sessions/group", settings_views.start_session_grouping, name="settings_group_sessions"),
    path("settings/sessions/ungroup", settings_views.stop_session_grouping, name="settings_ungroup_sessions"),
    path("settings/leaderboard/join", board_views.join_board, name="board_join"),
    path("settings/leaderboard/handle", board_views.change_handle, name="board_handle"),
    path("settings/leaderboard/leave", board_views.leave_board, name="board_leave"),
    path("settings/erase", erasure_views.erase_account, name="erase_account"),
    path("settings/erase/keep", erasure_views.keep_account, name="keep_account"),
    path("settings/erase-usage", erasure_views.erase_usage, name="erase_usage"),
    path("settings/labels/<int:source_id>", settings_views.rename_source, name="settings_label"),
    path("settings/labels/<int:source_id>/archive", settings_views.archive_source, name="archive_source"),
    path("settings/labels/<int:source_id>/bring-back", settings_views.bring_source_back, name="bring_source_back"),
]
