"""The part of the Compose specification that docker-compose.yml uses, as a JSON schema: any other word is a mistake."""

from typing import Any

TEXT = {"type": "string"}
TEXTS = {"type": "array", "items": TEXT, "minItems": 1}
DURATION = {"type": "string", "pattern": r"^\d+(s|m|h)$"}
SIZE = {"type": "string", "pattern": r"(?i)^\d+[kmg]$"}
SWITCH = {"type": "boolean"}
NAMED = {"type": "object", "additionalProperties": {"type": ["object", "null"], "additionalProperties": False}}


def exactly(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "additionalProperties": False}


LIMITS = exactly(
    cpus={"type": "string", "pattern": r"^\d+(\.\d+)?$"}, memory=SIZE, pids={"type": "integer", "minimum": 1}
)
CONDITION = exactly(condition={"enum": ["service_started", "service_healthy", "service_completed_successfully"]})
HEALTHCHECK = exactly(
    disable=SWITCH,
    test={"type": "array", "items": TEXT, "contains": {"enum": ["CMD"]}},
    interval=DURATION,
    timeout=DURATION,
    start_period=DURATION,
    retries={"type": "integer"},
)
SERVICE = exactly(
    build=TEXT,
    image=TEXT,
    command=TEXTS,
    container_name=TEXT,
    restart={"enum": ["no", "always", "on-failure", "unless-stopped"]},
    profiles=TEXTS,
    environment={"type": "object", "additionalProperties": TEXT},
    env_file=TEXTS,
    depends_on={"type": "object", "additionalProperties": CONDITION},
    ports={"type": "array", "items": {"type": "string", "pattern": r"^([\d.]+:)?\d+:\d+(/udp)?$"}},
    volumes={"type": "array", "items": {"type": "string", "pattern": r"^[^:]+:/[^:]*(:ro)?$"}},
    tmpfs=TEXTS,
    init=SWITCH,
    read_only=SWITCH,
    cap_drop=TEXTS,
    cap_add=TEXTS,
    security_opt=TEXTS,
    shm_size=SIZE,
    stop_grace_period=DURATION,
    logging=exactly(driver=TEXT, options={"type": "object", "additionalProperties": TEXT}),
    healthcheck=HEALTHCHECK,
    deploy=exactly(resources=exactly(limits=LIMITS)),
)
NETWORK = exactly(ipam=exactly(config={"type": "array", "items": exactly(subnet=TEXT)}))
COMPOSE = {
    "type": "object",
    "properties": {
        "name": {"type": "string", "pattern": "^[a-z0-9][a-z0-9_-]*$"},
        "services": {"type": "object", "additionalProperties": SERVICE},
        "networks": {"type": "object", "additionalProperties": NETWORK},
        "volumes": NAMED,
    },
    "patternProperties": {"^x-": {}},
    "additionalProperties": False,
    "required": ["services"],
}
