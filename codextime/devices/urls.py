"""Pages about machines, and the endpoints that pair one."""

from django.urls import path

from codextime.devices import api, pairing_views, views

urlpatterns = [
    path("devices", views.show_devices, name="devices"),
    path("devices/pair", pairing_views.open_pairing, name="pair"),
    path("devices/pair/approve", pairing_views.approve_pairing, name="pairing_approve"),
    path("devices/pair/deny", pairing_views.deny_pairing, name="pairing_deny"),
    path("devices/pair/approved", pairing_views.show_approved, name="pairing_approved"),
    path("devices/pair/denied", pairing_views.show_denied, name="pairing_denied"),
    path("devices/<int:device_id>/rename", views.rename_device, name="device_rename"),
    path("devices/<int:device_id>/revoke", views.revoke_device, name="device_revoke"),
    path("api/v1/device/authorization", api.AuthorizationView.as_view(), name="device_authorization"),
    path("api/v1/device/token", api.TokenView.as_view(), name="device_token"),
]
