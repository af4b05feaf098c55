"""Who uploads: `Authorization: Bearer <upload token>` (RFC 6750, section 2.1)."""

from django.utils import timezone
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from codextime.accounts.models import User
from codextime.devices.models import Device
from codextime.devices.services import DeviceRevoked, DeviceUnknown, authenticate_device
from codextime.ingest.selectors import is_token_erased
from codextime.lib.bearer import read_bearer

PAIR_AGAIN = "Run `codextime-tracker` in a terminal as you did before: it pairs this machine anew."
ERASED = (
    "Its owner had the account erased, so nothing of this machine is taken any more. If it still sends by itself: "
    "codextime-tracker schedule remove"
)


class UploadTokenAuthentication(BaseAuthentication):
    """Sets `request.user`, and the `Device` as `request.auth`."""

    def authenticate(self, request: Request) -> tuple[User, Device]:
        token = read_bearer(request.headers.get("Authorization", ""))
        if not token:
            raise AuthenticationFailed(f"The upload token is missing. {PAIR_AGAIN}", code="token_missing")
        try:
            device = authenticate_device(token=token, now=timezone.now())
        except (DeviceUnknown, DeviceRevoked) as error:
            if is_token_erased(token=token):
                raise AuthenticationFailed(ERASED, code="account_erased") from None
            if isinstance(error, DeviceRevoked):
                detail = f"This machine's upload token was revoked. {PAIR_AGAIN}"
                raise AuthenticationFailed(detail, code="token_revoked") from None
            detail = f"No machine has this upload token. {PAIR_AGAIN}"
            raise AuthenticationFailed(detail, code="token_unknown") from None
        return device.user, device

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="uploads"'
