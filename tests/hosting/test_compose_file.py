"""docker-compose.yml: well-formed, and what docs/hosting.md promises of it."""

import re

import jsonschema
import pytest
import yaml

from tests.hosting.files import LONG_RUNNING, OURS, compose, dockerfile, environment_example, service
from tests.hosting.schema import COMPOSE
from tests.runtime.test_documents import variables_read


def test_it_uses_compose_as_its_specification_says() -> None:
    errors = jsonschema.Draft202012Validator(COMPOSE).iter_errors(compose())

    assert [error.message for error in errors] == []


def test_what_is_referred_to_exists() -> None:
    file = compose()
    for name, each in file["services"].items():
        assert set(each.get("depends_on", {})) <= set(file["services"]), name
        assert {volume.partition(":")[0] for volume in each.get("volumes", [])} <= set(file["volumes"]), name


@pytest.mark.parametrize("name", LONG_RUNNING)
def test_what_goes_on_is_bounded_and_comes_back(name: str) -> None:
    each = service(name)

    assert each["restart"] == "unless-stopped"
    assert {"cpus", "memory"} <= set(each["deploy"]["resources"]["limits"])
    assert {"max-size", "max-file"} == set(each["logging"]["options"])


@pytest.mark.parametrize("name", ["worker", "beat", "postgres", "valkey", "proxy"])
def test_what_others_wait_for_or_that_can_fall_silent_has_a_health_check(name: str) -> None:
    assert service(name)["healthcheck"]["test"][0] == "CMD"


def test_the_images_own_health_check_is_that_of_the_web_server() -> None:
    assert "healthcheck" not in service("web")
    assert any("codextime.runtime.healthcheck" in line for line in dockerfile("HEALTHCHECK"))


def test_there_can_be_one_beat_only() -> None:
    beats = [name for name, each in compose()["services"].items() if "beat" in each.get("command", [])]

    assert beats == ["beat"]
    assert "container_name" in service("beat")  # Compose refuses to scale a service whose container has a name


@pytest.mark.parametrize("name", OURS)
def test_our_containers_can_do_little(name: str) -> None:
    each = service(name)

    assert (each["read_only"], each["cap_drop"]) == (True, ["ALL"])
    assert "volumes" not in each
    assert each["environment"].keys() <= variables_read()


def test_nothing_but_the_proxy_is_reached_from_outside() -> None:
    open_ports = {
        name
        for name, each in compose()["services"].items()
        if not all(port.startswith("127.0.0.1:") for port in each.get("ports", []))
    }

    assert open_ports == {"proxy"}
    assert service("proxy")["profiles"] == ["tls"]


def test_forwarded_headers_are_believed_from_its_own_network() -> None:
    [network] = compose()["networks"]["default"]["ipam"]["config"]

    assert f":-{network['subnet']}}}" in service("web")["environment"]["CODEXTIME_TRUSTED_PROXIES"]


def test_data_is_kept_in_volumes() -> None:
    kept = {name for name in LONG_RUNNING if "volumes" in service(name)}

    assert kept == {"postgres", "valkey", "proxy"}
    assert service("valkey")["command"][1:3] == ["--appendonly", "yes"]


def test_no_secret_stands_in_the_files() -> None:
    text = yaml.safe_dump(compose())
    used = set(re.findall(r"\$\{(\w+)", text))

    assert {name for name, value in environment_example().items() if not value} >= {
        *("CODEXTIME_SECRET_KEY", "POSTGRES_PASSWORD", "EMAIL_URL")
    }
    assert used <= variables_read() | {"POSTGRES_PASSWORD"}
    assert environment_example().keys() <= variables_read() | {"POSTGRES_PASSWORD"}
    assert all(":?" in found for found in re.findall(r"\$\{POSTGRES_PASSWORD[^}]*\}", text))
