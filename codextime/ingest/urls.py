from django.urls import path
from drf_spectacular.views import SpectacularJSONAPIView

import codextime.ingest.openapi  # noqa: F401 - its descriptions register themselves; of the server's programs only the website needs them
from codextime.ingest.api import CallsView, DeviceView, UploadsView

urlpatterns = [
    path("api/v1/uploads", UploadsView.as_view(), name="uploads"),
    path("api/v1/calls", CallsView.as_view(), name="stored_calls"),
    path("api/v1/device", DeviceView.as_view(), name="device"),
    path("api/v1/schema", SpectacularJSONAPIView.as_view(), name="schema"),
]
