"""Who uploads: `Authorization: Bearer <upload token>` (RFC 6750, section 2.1)."""

from django.utils import timezone
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from codextime.accounts.models import User
from codextime.devices.models import Device
from codextime.devices.services import DeviceRevoked, DeviceUnknown, authenticate_device


class UploadTokenAuthentication(BaseAuthentication):
    """Sets `request.user`, and the `Device` as `request.auth`."""

    def authenticate(self, request: Request) -> tuple[User, Device]:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise AuthenticationFailed("The upload token is missing.", code="token_missing")
        try:
            device = authenticate_device(token=token.strip(), now=timezone.now())
        except DeviceUnknown:
            raise AuthenticationFailed("No machine has this upload token.", code="token_unknown") from None
        except DeviceRevoked:
            raise AuthenticationFailed("This machine's upload token was revoked.", code="token_revoked") from None
        return device.user, device

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="uploads"'
