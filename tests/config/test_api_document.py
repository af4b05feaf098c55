"""Requests made out of the OpenAPI document, valid and not: each answer is one that it describes, and none is a 5xx."""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.utils import timezone
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, status_code_conformance

from codextime.accounts.models import User
from codextime.config.wsgi import application
from codextime.devices.services import pair_own_device

pytestmark = pytest.mark.django_db

FEW, MANY = 4, 15  # cases of each operation and kind: in every run, and in the soak
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance]

document = SchemaGenerator().get_schema(request=None, public=True)
operations = [found.ok() for found in schemathesis.openapi.from_dict(document).get_all_operations()]


def from_somewhere(environ: dict[str, Any], start_response: Any) -> Any:
    return application(environ | {"REMOTE_ADDR": "203.0.113.7"}, start_response)


@pytest.fixture(autouse=True)
def one_connection() -> Iterator[None]:
    """Requests use the test's connection and leave it open, as those of Django's own test client do."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def token(owner: User) -> str:
    return pair_own_device(user=owner, name="Desk", now=timezone.now())[1]


of_each_kind = pytest.mark.parametrize("kind", list(GenerationMode), ids=lambda kind: kind.value)
of_each_operation = pytest.mark.parametrize("operation", operations, ids=lambda operation: operation.label)


def cases(number: int) -> settings:
    """The same ones in every run."""
    return settings(
        max_examples=number,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )


@of_each_kind
@of_each_operation
@cases(FEW)
@given(data=st.data())
def test_no_request_of_the_document_is_an_error_of_ours(operation: Any, kind: Any, token: str, data: Any) -> None:
    ask(operation, kind, token, data)


@pytest.mark.soak
@of_each_kind
@of_each_operation
@cases(MANY)
@given(data=st.data())
def test_none_of_many_requests_of_the_document_is_one(operation: Any, kind: Any, token: str, data: Any) -> None:
    ask(operation, kind, token, data)


def ask(operation: Any, kind: Any, token: str, data: Any) -> None:
    case = data.draw(operation.as_strategy(generation_mode=kind))
    headers = {"Authorization": f"Bearer {token}"} if "security" in operation.definition.raw else {}

    if kind is GenerationMode.POSITIVE and isinstance(case.body, dict) and "upload_id" in case.body:
        case.body["user"] = User.objects.get().public_id  # else nothing goes further than that

    answer = case.call(app=from_somewhere, base_url="http://localhost", headers=headers)

    assert answer.status_code < 500
    case.validate_response(answer, checks=CHECKS, headers=headers)
