"""What an upload token opens: sending calls, asking which are there, and asking whether it still may."""

import hashlib
import time
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import AuthenticationFailed, MethodNotAllowed, UnsupportedMediaType
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from codextime.accounts.requests import network_of
from codextime.ingest import bodies, decoding, limits, listing, pressure, schemas, services
from codextime.ingest.authentication import ERASED, PAIR_AGAIN, UploadTokenAuthentication
from codextime.ingest.contract import MAXIMUM_BYTES, PROTOCOL
from codextime.ingest.receipts import count_receipt
from codextime.lib import metrics
from codextime.lib.problems import DATABASE_AWAY, database_away, problem, too_many_requests
from codextime.lib.rate_limits import LimitReached, RateLimit, count_use, count_uses
from codextime.usage.services import UserGone

PROBLEMS: dict[type[Exception], tuple[HTTPStatus, str, str]] = {
    bodies.BodyTooLarge: (
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        "too_large",
        f"An upload holds at most {MAXIMUM_BYTES:,} bytes, unpacked: send fewer calls at once.",
    ),
    bodies.EncodingUnknown: (
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        "encoding_unknown",
        "Send the body as it is or with Content-Encoding: gzip.",
    ),
    UnsupportedMediaType: (
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        "type_unknown",
        "Send the upload as application/json.",
    ),
    services.UploadForAnotherAccount: (
        HTTPStatus.UNAUTHORIZED,
        "token_of_another_account",
        "This upload token belongs to another account. " + PAIR_AGAIN,
    ),
    services.UploadIdReused: (
        HTTPStatus.CONFLICT,
        "upload_id_reused",
        "Another upload had this upload_id: choose a new one.",
    ),
    UserGone: (HTTPStatus.UNAUTHORIZED, "account_erased", ERASED),
}


class UploadParser(BaseParser):
    """Unpacks the body and leaves decoding to the view: rows are decoded by types, not by serializers."""

    media_type = "application/json"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        encoding = parser_context["request"].headers.get("Content-Encoding", "")
        return bodies.read_body(stream, encoding.strip().lower())


class TokenView(APIView):
    """Asked with an upload token; says what is wrong as RFC 9457 describes."""

    authentication_classes = [UploadTokenAuthentication]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        network = network_of(request._request)
        self.can_count = count_use(limits.REQUESTS_OF_NETWORK, key=network, now=timezone.now())
        super().initial(request, *args, **kwargs)

    def limit(self, *uses: tuple[RateLimit, str]) -> None:
        """Raises `LimitReached`."""
        if self.can_count:
            count_uses(*uses, now=timezone.now())

    def handle_exception(self, error: Exception) -> Response:
        if isinstance(error, LimitReached):
            return too_many_requests(error)
        if isinstance(error, pressure.ServerBusy):
            return too_busy()
        if isinstance(error, DATABASE_AWAY):
            return database_away()
        if isinstance(error, AuthenticationFailed):
            return unauthorized(str(error.get_codes()), str(error.detail))
        if isinstance(error, decoding.ProtocolUnsupported):
            detail = f"This server takes protocol {PROTOCOL}."
            return problem(HTTPStatus.BAD_REQUEST, code="unsupported_protocol", detail=detail, supported=[PROTOCOL])
        if isinstance(error, decoding.UploadInvalid):
            return problem(HTTPStatus.BAD_REQUEST, code="invalid", detail=error.detail, field=error.field)
        if isinstance(error, bodies.BodyDamaged):
            return problem(HTTPStatus.BAD_REQUEST, code="damaged", detail=str(error))
        if isinstance(error, MethodNotAllowed):
            allowed = ", ".join(self.allowed_methods)
            detail = f"Here one asks by {self.allowed_methods[0]}."
            status = HTTPStatus.METHOD_NOT_ALLOWED
            return problem(status, code="method_not_allowed", detail=detail, headers={"Allow": allowed})
        if type(error) in PROBLEMS:
            status, code, detail = PROBLEMS[type(error)]
            return (
                unauthorized(code, detail)
                if status == HTTPStatus.UNAUTHORIZED
                else problem(status, code=code, detail=detail)
            )
        return super().handle_exception(error)


class UploadsView(TokenView):
    parser_classes = [UploadParser]

    @extend_schema(
        request={"application/json": schemas.UPLOAD},
        responses={201: schemas.RECEIPT, 200: schemas.RECEIPT, **schemas.problems(*schemas.ERRORS)},
    )
    def post(self, request: Request) -> Response:
        """Stores calls. Sent again with the same upload_id, the answer is the first one's receipt, and 200."""
        device: Any = request.auth
        now, began = timezone.now(), time.monotonic()
        self.limit((limits.UPLOADS_OF_DEVICE, str(device.pk)), (limits.UPLOADS_OF_USER, str(device.user_id)))
        pressure.refuse_if_busy()
        body: Any = request.data or b""  # DRF has no parser look at an empty body
        receipt, is_new = services.receive_upload(
            device=device,
            upload=decoding.decode_upload(body, now=now),
            body_hash=hashlib.sha256(body).digest(),
            now=now,
            pages={f"{name}_url": settings.BASE_URL + reverse(name) for name in ("dashboard", "withdrawals")},
        )
        count_receipt(receipt, is_new=is_new, seconds=time.monotonic() - began)
        return Response(receipt, status=HTTPStatus.CREATED if is_new else HTTPStatus.OK)

    def handle_exception(self, error: Exception) -> Response:
        answer = super().handle_exception(error)
        metrics.UPLOADS_REFUSED.add(answer.data.get("code", "other"))
        return answer


class CallsView(TokenView):
    @extend_schema(
        parameters=schemas.LISTING_PARAMETERS,
        responses={200: schemas.LISTING, **schemas.problems(400, *schemas.TOKEN_ERRORS)},
    )
    def get(self, request: Request) -> Response:
        """Ids, revisions and marks of withdrawal of the token's user, by id, in pages; and nothing else of a call."""
        device: Any = request.auth
        self.limit((limits.LISTS_OF_DEVICE, str(device.pk)), (limits.LISTS_OF_USER, str(device.user_id)))
        page = listing.list_page(user=device.user, listing=listing.decode_listing(request.query_params))
        return Response(page, headers={"Cache-Control": "no-store"})


class DeviceView(TokenView):
    @extend_schema(responses={200: schemas.DEVICE, **schemas.problems(*schemas.TOKEN_ERRORS)})
    def get(self, request: Request) -> Response:
        """Whether the token works: whose it is, the protocols that this server takes, and since when it keeps which
        calls belong to one session, if the account wants that. Stores nothing."""
        device: Any = request.auth
        self.limit((limits.UPLOADS_OF_DEVICE, str(device.pk)))
        since = device.user.session_grouping_since
        answer = {
            "user": device.user.public_id,
            "protocols": [PROTOCOL],
            "session_grouping_since": since and since.isoformat().replace("+00:00", "Z"),
        }
        return Response(answer, headers={"Cache-Control": "no-store"})


def too_busy() -> Response:
    return problem(
        HTTPStatus.SERVICE_UNAVAILABLE,
        code="too_busy",
        detail=f"The server has more to do than it can do now: try again in {pressure.RETRY_AFTER} seconds.",
        headers={"Retry-After": str(pressure.RETRY_AFTER)},
    )


def unauthorized(code: str, detail: str) -> Response:
    return problem(
        HTTPStatus.UNAUTHORIZED, code=code, detail=detail, headers={"WWW-Authenticate": 'Bearer realm="uploads"'}
    )
