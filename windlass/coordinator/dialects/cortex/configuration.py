"""From a configuration file to the APIs in it, or to the first thing that is wrong with it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from windlass.coordinator.dialects.cortex import faults, quantities, schema
from windlass.coordinator.dialects.cortex.faults import Fault
from windlass.coordinator.dialects.cortex.gotext import sentence, shown
from windlass.coordinator.dialects.cortex.reader import Doc, plain_value
from windlass.coordinator.web import yamltext
from windlass.coordinator.web.reading import Unreadable

_DOCS = "https://docs.cortexlabs.com/v/0.42/"
_SCHEMA = f"\n\napi configuration schema can be found at {_DOCS}"
_OWN_VARIABLES = ("CORTEX_", "KUBEXIT_")
_PORT = 8080  # of containers that take batches


@dataclass(frozen=True)
class Described:
    """An API by its ``spec``, in which every default is written out."""

    spec: Doc

    @property
    def name(self) -> str:
        return str(self.spec["name"])

    @property
    def kind(self) -> str:
        return str(self.spec["kind"])

    @property
    def endpoint(self) -> str:
        return str(self.spec["networking"]["endpoint"])


@dataclass(frozen=True)
class Api(Described):
    """``submitted``: as it was written."""

    submitted: Doc
    index: int
    file: str

    @property
    def title(self) -> str:
        return f"{self.file}: {self.name} ({self.kind})"


def read(data: bytes, file: str, *, definitions: bool) -> Sequence[Api]:
    """``definitions``: the caller is of the time when APIs were programs."""
    try:
        document = yamltext.load(data, aliases=True)  # Python clients write them
    except Unreadable as problem:
        flaw = problem.flaws[0]
        place = f"line {flaw.line}: " if flaw.line else ""
        text = f"invalid yaml: {place}{flaw.message}"
        raise Fault("configreader.invalid_yaml", text).within(file) from None
    if not isinstance(document, list) or not all(isinstance(one, dict) for one in document):
        text = f"cortex YAML configuration files must contain a list of maps (see {_DOCS} for api"
        raise Fault("spec.malformed_config", f"{text} configuration schema)").within(file)
    if not document:
        text = f"at least one API must be configured (see {_DOCS} for api configuration schema)"
        raise Fault("spec.no_apis", text)
    apis = [_read(one, index, file, definitions=definitions) for index, one in enumerate(document)]
    for api in apis:
        try:
            _check(api)
        except Fault as fault:
            raise fault.within(api.title) from None
    return apis


def check_together(apis: Sequence[Api], taken: Mapping[str, str]) -> None:
    """Names and endpoints. ``taken``: endpoint -> API, of those that are deployed."""
    for api in apis:
        owner = taken.get(api.endpoint, api.name)
        if owner != api.name:
            fault = Fault("spec.duplicate_endpoint", f"endpoint is already being used by {owner}")
            raise fault.within(api.title, "networking", "endpoint", api.endpoint)
    for name, several in _several(apis, "name"):
        files = sentence(sorted({api.file for api in several}), "and")
        text = f"name {shown(name)} must be unique across apis (defined in {files})"
        raise Fault("spec.duplicate_name", text)
    for endpoint, several in _several(apis, "endpoint"):
        names = sentence([api.name for api in several], "and")
        text = f"endpoint {shown(endpoint)} must be unique across apis (defined in {names})"
        raise Fault("spec.duplicate_endpoint_in_one_deploy", text)


def _several(apis: Sequence[Api], what: str) -> Iterator[tuple[str, list[Api]]]:
    by: dict[str, list[Api]] = {}
    for api in apis:
        by.setdefault(getattr(api, what), []).append(api)
    return ((value, found) for value, found in by.items() if len(found) > 1)


def _read(document: Doc, index: int, file: str, *, definitions: bool) -> Api:
    title = _title(document, index, file)
    try:
        kind = str((schema.RESOURCE(document, True) or {})["kind"])
        if kind not in schema.SERVED:
            raise faults.not_among(kind, schema.SERVED).within("kind")
        old = definitions and kind == schema.TASK and "pod" not in document
        spec = (schema.DEFINITION if old else schema.APIS[kind])(document, True) or {}
    except Fault as fault:
        raise fault.within(title).and_then(_SCHEMA) from None
    spec["networking"]["endpoint"] = spec["networking"]["endpoint"] or f"/{spec['name']}"
    return Api(spec, plain_value(document), index, file)


def _title(document: Doc, index: int, file: str) -> str:
    name, kind = document.get("name"), document.get("kind")
    if not isinstance(name, str) or not name:
        return f"{file}: resource at index {index}"
    return f"{file}: {name} ({kind})" if kind in schema.KINDS else f"{file}: {name}"


def _check(api: Api) -> None:
    if "definition" in api.spec:
        _check_variables(api.spec["definition"]["env"], "definition", "env")
        return
    pod = api.spec["pod"]
    if api.kind == schema.TASK and pod["port"] is not None:
        raise _unsupported("port", api.kind).within("pod")
    if api.kind == schema.BATCH and pod["port"] is None:
        pod["port"] = _PORT
    compute = [container["compute"] for container in pod["containers"]]
    if any(each["gpu"] for each in compute) and any(each["inf"] for each in compute):
        text = "gpu and inf resources cannot be used together"
        raise Fault("spec.compute_resource_conflict", text).within("pod", "compute")
    names: set[str] = set()
    for index, container in enumerate(pod["containers"]):
        try:
            _check_container(container, api.kind, names)
        except Fault as fault:
            raise fault.within("pod", "containers", f"index {index}") from None


def _check_container(container: Doc, kind: str, names: set[str]) -> None:
    name = container["name"]
    if name in names:
        text = f"container name {name} must be unique"
        raise Fault("spec.duplicate_container_name", text).within("image")
    names.add(name)
    if container["command"] is None:
        text = f"command must be specified for {kind} kind"
        raise Fault("spec.field_must_be_specified_for_kind", text).within("command")
    _check_variables(container["env"], "env")
    for probe, ways in _PROBES.items():
        _check_probe(container.get(probe), probe, ways)
    _check_shm(container["compute"])


_PROBES = {
    "readiness_probe": ("http_get", "tcp_socket"),
    "liveness_probe": ("http_get", "tcp_socket", "exec"),
}


def _check_variables(env: Mapping[str, str], *place: str) -> None:
    for key in env:
        if key.startswith(_OWN_VARIABLES):
            text = f"environment variables starting with {sentence(_OWN_VARIABLES, 'or')}"
            kind = "spec.cortex_prefixed_env_var_not_allowed"
            raise Fault(kind, f"{text} are reserved").within(*place, key)


def _check_probe(probe: Any, name: str, ways: Sequence[str]) -> None:
    given = sum(probe[way] is not None for way in ways) if probe else 1
    if given == 1:
        return
    fields = sentence([shown(way) for way in ways], "or")
    if len(ways) == 2:  # noqa: PLR2004 - Cortex words two of them otherwise
        more = " (both cannot be specified at the same time)" if given else ""
        text = f"please specify either {fields}{more}"
    else:
        how = "only one" if given else "one"
        text = f"please specify {how} of the following fields: {fields}"
    raise Fault("spec.specify_exactly_one_field", text).within(name)


def _check_shm(compute: Doc) -> None:
    shm, mem = compute["shm"], compute["mem"]
    if shm is None or mem is None or quantities.parse(shm).value <= quantities.parse(mem).value:
        return
    text = f"shm ({shm}) cannot exceed total compute mem ({mem})"
    raise Fault("spec.shm_cannot_exceed_mem", text).within("compute")


def _unsupported(field: str, kind: str) -> Fault:
    text = f"{field} is not supported for {kind} kind"
    return Fault("spec.field_is_not_supported_for_kind", text)
