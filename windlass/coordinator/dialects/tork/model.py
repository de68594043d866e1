"""The shape of what Tork takes: its structs, their fields in order, and what each may hold.

Both readers (JSON and YAML) and the validation walk these tables; the words in messages (``Task``,
``[]input.Task``, ``SubJob``) are Tork's.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

_SPELLED = {"cmd": "CMD", "gpus": "GPUs", "url": "URL", "subjob": "SubJob", "id": "ID"}
_SPELLED |= {"cpus": "CPUs"}


@dataclass(frozen=True)
class Type:
    """``name`` as Go prints it. Of ``item``: a list's elements or a map's values."""

    name: str
    item: "Type | None" = None
    struct: str = ""  # of STRUCTS
    pointer: bool = False

    @property
    def nullable(self) -> bool:
        """Null empties it, while it leaves the others as they are."""
        return self.pointer or self.item is not None

    @property
    def is_list(self) -> bool:
        return self.name.startswith("[]")

    @property
    def is_map(self) -> bool:
        return self.name.startswith("map[")


TEXT, INT, BOOL, FLOAT = Type("string"), Type("int"), Type("bool"), Type("float64")
_SCALARS = {"int": INT, "bool": BOOL, "float": FLOAT, "": TEXT}
_SCALARS["map"] = Type("map[string]string", item=TEXT)


@dataclass(frozen=True)
class Field:
    key: str  # in documents
    name: str  # in sentences of the validation
    type: Type


@dataclass(frozen=True)
class Struct:
    name: str
    fields: Mapping[str, Field]

    def folded(self, key: str) -> Field | None:
        """The field a JSON key means: Go compares them without regard to case."""
        return self.fields.get(key) or self._by_fold().get(_fold(key))

    def _by_fold(self) -> Mapping[str, Field]:
        return _FOLDED[self.name]


def _fold(key: str) -> str:
    """The two letters beyond ASCII that fold into it are the long s and the sign for kelvin."""
    return key.replace("\u017f", "s").replace("\u212a", "k").lower() if key else key


def struct_type(name: str) -> Type:
    return Type(f"input.{name}", struct=name)


def _type(text: str) -> Type:
    if text.startswith("[]"):
        inner = _type(text[2:])
        return Type(f"[]{inner.name}", item=inner)
    if text.startswith("*"):
        return replace(struct_type(text[1:]), pointer=True)
    return struct_type(text) if text[:1].isupper() else _SCALARS[text]


def _field(text: str) -> Field:
    key, _, kind = text.partition(":")
    return Field(key, _SPELLED.get(key) or key[0].upper() + key[1:], _type(kind))


def _struct(name: str, fields: str) -> Struct:
    made = [_field(text) for text in fields.split()]
    return Struct(name, {field.key: field for field in made})


_JOB = """name description tags:[] tasks:[]Task inputs:map secrets:map output defaults:*Defaults
    webhooks:[]Webhook permissions:[]Permission autoDelete:*AutoDelete"""
_AUX = "name description cmd:[] entrypoint:[] run image registry:*Registry env:map files:map"

_TABLE = {
    "Job": f"{_JOB} wait:*Wait",
    "ScheduledJob": f"{_JOB} schedule:*Schedule",
    "Task": f"""{_AUX} queue pre:[]AuxTask post:[]AuxTask sidecars:[]SidecarTask mounts:[]Mount
        networks:[] retry:*Retry limits:*Limits timeout var if parallel:*Parallel each:*Each
        subjob:*SubJob gpus tags:[] workdir priority:int""",
    "AuxTask": f"{_AUX} timeout",
    "SidecarTask": f"{_AUX} timeout probe:*Probe",
    "Parallel": "tasks:[]Task",
    "Each": "var list task:Task concurrency:int",
    "SubJob": """id name description tasks:[]Task inputs:map secrets:map autoDelete:*AutoDelete
        output detached:bool webhooks:[]Webhook""",
    "Defaults": "retry:*Retry limits:*Limits timeout queue priority:int",
    "Retry": "limit:int initialDelay scalingFactor:float maxDelay",
    "Limits": "cpus memory",
    "Registry": "username password",
    "Mount": "type source target opts:map",
    "Probe": "path port:int timeout",
    "Webhook": "url headers:map event if",
    "Permission": "user role",
    "AutoDelete": "after",
    "Wait": "timeout",
    "Schedule": "cron",
    "User": "username password name disabled:bool",
}

STRUCTS: Mapping[str, Struct] = {name: _struct(name, text) for name, text in _TABLE.items()}
_FOLDED = {
    name: {_fold(key): field for key, field in struct.fields.items()}
    for name, struct in STRUCTS.items()
}
