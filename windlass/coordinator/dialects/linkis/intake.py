"""A request to run code, read and checked: the form of /submit, and the older one of /execute."""

from collections.abc import Mapping, Sequence
from typing import Any

from windlass.coordinator.dialects.linkis import words
from windlass.coordinator.dialects.linkis.asked import Asked, Wishes
from windlass.coordinator.dialects.linkis.reading import part_of, text_of, texts_of
from windlass.shared.durations import LONGEST

ENGINE, CREATOR, TYPE = "engineType", "userCreator", "codeType"
IDE = "IDE"
NO_CODE = "The param executionCode cannot be empty (参数 executionCode 不能为空)"
_NO_CODE_NO_SCRIPT = (
    "The param executionCode and scriptPath cannot be empty at the same time"
    "(参数 executionCode 和 scriptPath 不能同时为空)"
)
_INVALID = "Label params invalid "
_NO_ENGINE = f"{_INVALID}You need to specify engineTypeLabel in labels,such as spark-2.4.3"
_NO_TYPE = f"{_INVALID}You need to specify runType in execution content, such as sql"
_NO_TIME = f"{_INVALID}The task time tag is not set incorrectly, execution is not allowed."
_LONGEST_NAME = 64  # characters of a creator, an engine or a type
_MOST_RETRIES = 100
_RETRY_AFTER = 10_000  # milliseconds, unless the label says otherwise
_HIGHEST_RANK = 1_000_000
_USUAL_RANK = 100


def read(document: Mapping[str, Any]) -> Asked:
    """By the form it has, whatever address it came to. Refusal, in Linkis' words."""
    if document.get("executionContent") is not None:
        return _submitted(document)
    return _executed(document)


def _submitted(document: Mapping[str, Any]) -> Asked:
    labels = texts_of(document, "labels")
    if not labels:
        raise words.fault(20008, "params cannot be empty ,  labels is null")
    content = part_of(document, "executionContent")
    code = text_of(content, "code")
    if not code.strip():
        raise words.fault(20007 if "code" in content else 20010, NO_CODE)
    return _asked(document, code, labels, text_of(content, "runType"))


def _executed(document: Mapping[str, Any]) -> Asked:
    """Its own labels win."""
    engine = text_of(document, "executeApplicationName").strip()
    creator = text_of(document, "requestApplicationName").strip() or IDE
    labels = texts_of(document, "labels")
    code, script = text_of(document, "executionCode"), text_of(document, "scriptPath")
    if not (engine or labels.get(ENGINE)):
        raise words.fault(20009, _NO_ENGINE)
    if not code.strip():
        nowhere = not (script or texts_of(document, "source").get("scriptPath"))
        raise words.fault(20007, _NO_CODE_NO_SCRIPT if nowhere and creator == IDE else NO_CODE)
    named = {ENGINE: engine, **({} if CREATOR in labels else {_CREATOR_ALONE: creator})}
    return _asked(document, code, {**named, **labels}, text_of(document, "runType") or "sql")


_CREATOR_ALONE = "creator"  # not a label of Linkis: who has no user in front


def _asked(document: Mapping[str, Any], code: str, labels: dict[str, str], run_type: str) -> Asked:
    engine, _, version = labels.get(ENGINE, "").strip().partition("-")
    if not engine:
        raise words.fault(20009, _NO_ENGINE)
    run_type = run_type.strip() or labels.get(TYPE, "").strip()
    if not run_type:
        raise words.fault(20009, _NO_TYPE)
    user, creator = _creator(labels)
    for name, value in (("engineType", engine), ("runType", run_type), ("userCreator", creator)):
        if len(value) > _LONGEST_NAME or not value.isprintable():
            raise words.fault(20009, f"{_INVALID}{name} has at most {_LONGEST_NAME} characters")
    params = dict(part_of(document, "params"))
    return Asked(
        code=code,
        run_type=run_type,
        engine=engine,
        version=version,
        creator=creator,
        label_user=user,
        execute_user=text_of(document, "executeUser").strip().lower(),
        labels={name: value for name, value in labels.items() if name != _CREATOR_ALONE},
        params=params,
        source=_source(document),
        wishes=_wishes(labels, part_of(part_of(params, "configuration"), "runtime")),
        variables=texts_of(params, "variable"),
    )


def _creator(labels: Mapping[str, str]) -> tuple[str, str]:
    """User (empty: not said) and creator. Names of users may hold the sign between them."""
    if alone := labels.get(_CREATOR_ALONE):
        return "", alone
    label = labels.get(CREATOR, "").strip()
    if not label:
        return "", IDE
    user, _, creator = label.rpartition("-")
    if not user or not creator:
        raise words.fault(20009, f"{_INVALID}{CREATOR} must be a user, - and a creator")
    return user.lower(), creator


def _source(document: Mapping[str, Any]) -> dict[str, str]:
    script = text_of(document, "scriptPath")
    return {**({"scriptPath": script} if script else {}), **texts_of(document, "source")}


def _wishes(labels: Mapping[str, str], runtime: Mapping[str, Any]) -> Wishes:
    return Wishes(
        running_timeout=_seconds(labels.get("jobRunningTimeout", "")),
        queuing_timeout=_seconds(labels.get("jobQueuingTimeout", "")),
        retries=min(_count(labels, "jobRetryCount", 0), _MOST_RETRIES),
        retry_delay=min(_count(labels, "jobRetryTimeout", _RETRY_AFTER) / 1000, LONGEST),
        rank=_rank(runtime.get("wds.linkis.engine.runtime.priority")),
        arguments=tuple(_arguments(runtime.get("extraArguments"))),
        directory=_directory(runtime.get("wds.linkis.shell.runtime.working.directory")),
    )


def _seconds(text: str) -> float | None:
    """None: no limit."""
    if not text:
        return None
    if not (text.isascii() and text.isdecimal()):
        raise words.fault(20009, _NO_TIME)
    seconds = min(float(text[-18:] if len(text) <= 18 else LONGEST), LONGEST)  # noqa: PLR2004
    return seconds or None


def _count(labels: Mapping[str, str], name: str, otherwise: int) -> int:
    text = labels.get(name, "")
    if not text:
        return otherwise
    if not (text.isascii() and text.isdecimal() and len(text) <= 10):  # noqa: PLR2004 - digits
        raise words.fault(20009, f"{_INVALID}{name} must be a whole number")
    return int(text)


def _rank(value: object) -> int:
    """What is no number is the usual one, as in Linkis."""
    try:
        rank = int(str(value)[:20])
    except ValueError:
        return _USUAL_RANK
    return max(-_HIGHEST_RANK, min(rank, _HIGHEST_RANK))


def _arguments(value: object) -> Sequence[str]:
    if value is None:
        return ()
    words_given = value.split() if isinstance(value, str) else value
    if not isinstance(words_given, list) or not all(isinstance(w, str) for w in words_given):
        raise words.refuse("extraArguments must be a list of strings")
    return words_given


def _directory(value: object) -> str:
    if value is None:
        return ""
    if not isinstance(value, str) or (value and not value.startswith("/")):
        raise words.refuse("wds.linkis.shell.runtime.working.directory must be an absolute path")
    if ".." in value.split("/"):
        raise words.refuse("wds.linkis.shell.runtime.working.directory must not lead upwards")
    return value
