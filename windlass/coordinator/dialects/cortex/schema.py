"""What an API may say, for each kind and each form of Cortex's configuration."""

import re

from windlass.coordinator.dialects.cortex import faults, quantities
from windlass.coordinator.dialects.cortex.faults import Fault
from windlass.coordinator.dialects.cortex.gotext import shown
from windlass.coordinator.dialects.cortex.reader import (
    Field,
    Struct,
    Structs,
    Text,
    Texts,
    Whole,
    anything,
    table,
)

TASK, BATCH = "TaskAPI", "BatchAPI"
KINDS = ("RealtimeAPI", BATCH, "TrafficSplitter", TASK, "AsyncAPI")
SERVED = (TASK, BATCH)

_NAME, _CONTAINER_NAME, _ENDPOINT = 42, 63, 1000
_LABEL = re.compile(r"[a-z]([-a-z0-9]*[a-z0-9])?")
_PATH = re.compile(r"[a-zA-Z0-9_\-./]*")
_WORD = re.compile(r"[a-zA-Z0-9_-]+")
_IMAGE = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9._/:@+-]*")
_RESERVED_NAMES = ("dequeuer", "proxy")
_RESERVED_PORTS = (8888, 15000)
_LEVELS = ("debug", "info", "warning", "error")
_LAST_PORT = 65_535


def _name(text: str) -> str:
    if len(text) > _NAME:
        raise faults.too_long(text, _NAME)
    if text.startswith("b-"):
        raise faults.has_prefix(text, "b-")
    return _label(text)


def _container_name(text: str) -> str:
    if text in _RESERVED_NAMES:
        raise faults.disallowed(text)
    if len(text) > _CONTAINER_NAME:
        raise faults.too_long(text, _CONTAINER_NAME)
    return _label(text)


def _label(text: str) -> str:
    if not _LABEL.fullmatch(text):
        raise Fault(
            "urls.dns1035",
            f"{shown(text)} must contain only lower case letters, numbers, and dashes, start with"
            " a letter, and cannot end with a dash",
        )
    return text


def _endpoint(text: str) -> str:
    path = _path(text)
    if path == "/":
        raise Fault(
            "urls.endpoint_empty_path", f"{shown('/')} is not allowed (a path must be specified)"
        )
    return path


def _path(text: str) -> str:
    """With a slash before it, and none behind."""
    if len(text) > _ENDPOINT:
        raise faults.too_long(text, _ENDPOINT)
    if not _PATH.fullmatch(text):
        raise Fault(
            "urls.endpoint",
            f"{shown(text)} must consist of lower case alphanumeric characters, '/', '-', '_',"
            " or '.'",
        )
    if "//" in text:
        raise Fault("urls.endpoint_double_slash", f"{shown(text)} cannot contain adjacent slashes")
    return "/" + text.strip("/")


def _image(text: str) -> str:
    if not _IMAGE.fullmatch(text):
        text = f"{shown(text)} is not a valid docker image path"
        raise Fault("configreader.invalid_docker_image", text)
    return text


def _word(text: str) -> str:
    if not _WORD.fullmatch(text):
        raise Fault(
            "configreader.alpha_numeric_dash_underscore",
            f"{shown(text)} must contain only letters, numbers, underscores, and dashes",
        )
    return text


def _cpu(text: str) -> str:
    return quantities.at_least("20m", text).text


def _mem(text: str) -> str:
    return quantities.at_least("20Mi", text).text


def _quantity(text: str) -> str:
    return quantities.parse(text).text


_COMPUTE: dict[str, Field] = {
    "cpu": Text(default="200m", nullable=True, numbers=True, check=_cpu),
    "mem": Text(nullable=True, check=_mem),
    "gpu": Whole(default=0, least=0),
    "inf": Whole(default=0, least=0),
}
_PORT = Whole(required=True, above=0, most=_LAST_PORT, disallowed=_RESERVED_PORTS)
_HTTP_GET = Struct(
    fields={"path": Text(default="/", check=_path), "port": _PORT}, nullable=True, absent=True
)
_TCP = Struct(fields={"port": _PORT}, nullable=True, absent=True)
_EXEC = Struct(fields={"command": Texts(required=True)}, nullable=True, absent=True)


def _probe(**more: Field) -> Struct:
    defaults = {
        "initial_delay_seconds": 0,
        "timeout_seconds": 1,
        "period_seconds": 10,
        "success_threshold": 1,
        "failure_threshold": 3,
    }
    numbers = {name: Whole(default=value, least=0) for name, value in defaults.items()}
    fields: dict[str, Field] = {"http_get": _HTTP_GET, "tcp_socket": _TCP, **numbers, **more}
    return Struct(fields=fields, nullable=True, absent=True)


def _pod(kind: str) -> Struct:
    container: dict[str, Field] = {
        "name": Text(required=True, check=_container_name),
        "image": Text(required=True, check=_image),
        "env": table,
        "command": Texts(nullable=True, empty=True),
        "args": Texts(nullable=True, empty=True),
        "compute": Struct(fields={**_COMPUTE, "shm": Text(nullable=True, check=_quantity)}),
        "liveness_probe": _probe(exec=_EXEC),
    }
    if kind == BATCH:
        container["readiness_probe"] = _probe()
    port = Whole(nullable=True, above=0, most=_LAST_PORT, disallowed=_RESERVED_PORTS)
    containers = Structs(of=Struct(fields=container), least=1)
    return Struct(fields={"port": port, "containers": containers})


_RESOURCE: dict[str, Field] = {
    "name": Text(required=True, check=_name),
    "kind": Text(required=True, among=KINDS),
}
_NETWORKING = Struct(fields={"endpoint": Text(check=_endpoint)})

RESOURCE = Struct(fields=_RESOURCE, open=True)


def _api(**own: Field) -> Struct:
    return Struct(fields={**_RESOURCE, **own})


APIS = {
    kind: _api(
        pod=_pod(kind),
        node_groups=Texts(nullable=True, check=_word),
        networking=_NETWORKING,
    )
    for kind in SERVED
}

# Before 0.36 a task was a Python program in an image of Cortex's.
DEFINITION = _api(
    definition=Struct(
        fields={
            "path": Text(required=True),
            "python_path": Text(),
            "image": Text(check=_image),
            "log_level": Text(default="info", among=_LEVELS),
            "config": anything,
            "env": table,
        },
        required=True,
    ),
    networking=_NETWORKING,
    compute=Struct(fields=_COMPUTE),
)
