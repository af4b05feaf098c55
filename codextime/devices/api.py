"""The two endpoints of RFC 8628 that the tracker calls while it waits for its owner."""

from http import HTTPStatus
from typing import Any, NoReturn

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.urls import reverse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import APIException, ParseError, UnsupportedMediaType
from rest_framework.parsers import FormParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.views import APIView

from codextime.accounts.requests import network_of
from codextime.accounts.services import AccountBeingErased
from codextime.devices import limits, serializers, services
from codextime.lib.problems import DATABASE_AWAY, database_away, too_many_requests
from codextime.lib.rate_limits import LimitReached, RateLimit, count_use

# RFC 8628, section 3.5, and RFC 6749, section 5.2. The sentences are for whoever looks at the traffic.
ERRORS: dict[type[Exception], tuple[str, str]] = {
    services.AuthorizationPending: ("authorization_pending", "The owner has not decided yet."),
    services.PolledTooFast: ("slow_down", "Wait five seconds longer between two polls from now on."),
    services.PairingDenied: ("access_denied", "The owner denied the request."),
    AccountBeingErased: (
        "access_denied",
        "The account is going to be erased. If its owner keeps it, under Settings, run the tracker again.",
    ),
    services.PairingExpired: (
        "expired_token",
        "The code has expired or was used: run the tracker again for a new one.",
    ),
}


class OAuthError(APIException):
    """A 400 as RFC 6749 writes it."""

    status_code = HTTPStatus.BAD_REQUEST

    def __init__(self, error: str, sentence: str) -> None:
        super().__init__(sentence)
        self.body = {"error": error, "error_description": sentence, "detail": sentence}


class PairingEndpoint(APIView):
    """No token yet: open to everybody, form-encoded, limited by network."""

    parser_classes = [FormParser]

    def read(self, request: Request, form: type[Serializer[Any]]) -> dict[str, Any]:
        read = form(data=request.data)
        if not read.is_valid():
            refuse_form(read)
        return dict(read.validated_data)

    def limit(self, request: Request, limit: RateLimit) -> None:
        count_use(limit, key=network_of(request._request), now=timezone.now())

    def handle_exception(self, error: Exception) -> Response:
        if isinstance(error, LimitReached):
            return too_many_requests(error)
        if isinstance(error, DATABASE_AWAY):
            return database_away()
        if isinstance(error, SuspiciousOperation):  # more bytes or fields than Django reads
            error = OAuthError("invalid_request", "The form is too large: it has a few short fields.")
        if isinstance(error, ParseError | UnsupportedMediaType):
            error = OAuthError("invalid_request", "Send the fields as application/x-www-form-urlencoded.")
        if isinstance(error, OAuthError):
            return Response(error.body, status=error.status_code)
        return super().handle_exception(error)

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        """RFC 6749, section 5.1: nothing on the way may keep a secret."""
        response["Cache-Control"] = "no-store"
        return super().finalize_response(request, response, *args, **kwargs)


def refuse_form(form: Serializer[Any]) -> NoReturn:
    field, details = next(iter(form.errors.items()))
    if field == "grant_type" and details[0].code == "invalid_choice":
        raise OAuthError("unsupported_grant_type", f"grant_type must be {serializers.GRANT_TYPE}.")
    if field == "client_id" and details[0].code == "invalid_choice":
        raise OAuthError("invalid_client", f"client_id must be {serializers.CLIENT_ID}.")
    if field == "user" and details[0].code in ("invalid", "max_length"):
        raise OAuthError("invalid_request", "This user id has a mistake in it: copy the command from your dashboard.")
    raise OAuthError("invalid_request", f"{field}: {details[0]}")


class AuthorizationView(PairingEndpoint):
    @extend_schema(
        request={"application/x-www-form-urlencoded": serializers.AuthorizationRequest},
        responses={200: serializers.AuthorizationAnswer, 400: serializers.ErrorAnswer},
        auth=[],
    )
    def post(self, request: Request) -> Response:
        """Starts the pairing of a machine with an account (RFC 8628, section 3.1)."""
        self.limit(request, limits.STARTS_BY_NETWORK)
        form = self.read(request, serializers.AuthorizationRequest)
        count_use(limits.STARTS_FOR_USER, key=form["user"], now=timezone.now())
        started = services.start_pairing(
            requested_user=form["user"], wants_session_grouping=form["group_by_session"], now=timezone.now()
        )
        page = settings.BASE_URL + reverse("pair")
        return Response(
            {
                "device_code": started.device_code,
                "user_code": started.user_code,
                "verification_uri": page,
                "verification_uri_complete": f"{page}?code={started.user_code}",
                "expires_in": started.expires_in,
                "interval": started.interval,
            }
        )


class TokenView(PairingEndpoint):
    @extend_schema(
        request={"application/x-www-form-urlencoded": serializers.TokenRequest},
        responses={200: serializers.TokenAnswer, 400: serializers.ErrorAnswer},
        auth=[],
    )
    def post(self, request: Request) -> Response:
        """Asks whether the owner has approved; answers with the upload token, once (RFC 8628, section 3.4)."""
        self.limit(request, limits.POLLS_BY_NETWORK)
        device_code = self.read(request, serializers.TokenRequest)["device_code"]
        try:
            device, token = services.redeem_pairing(device_code=device_code, now=timezone.now())
        except tuple(ERRORS) as refused:
            raise OAuthError(*ERRORS[type(refused)]) from None
        return Response({"access_token": token, "token_type": "Bearer", "user": device.user.public_id})
