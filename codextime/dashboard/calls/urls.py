"""Calls."""

from uuid import UUID

from django.urls import path, register_converter

from codextime.dashboard.calls import saved_views, views


class CallIdConverter:
    """An id as uploads and files have it: 32 hexadecimal digits."""

    regex = "[0-9a-f]{32}"

    def to_python(self, text: str) -> UUID:
        return UUID(hex=text)

    def to_url(self, call_id: UUID | str) -> str:
        return str(call_id).replace("-", "")


register_converter(CallIdConverter, "call_id")

urlpatterns = [
    path("calls", views.show_calls, name="calls"),
    path("calls/calls.csv", views.fetch_csv, name="calls_csv"),
    path("calls/calls.json", views.fetch_json, name="calls_json"),
    path("calls/views", saved_views.save_view, name="save_view"),
    path("calls/views/<int:view_id>/rename", saved_views.rename_view, name="rename_view"),
    path("calls/views/<int:view_id>/delete", saved_views.delete_view, name="delete_view"),
    path("calls/<call_id:call_id>", views.show_call, name="call"),
]
