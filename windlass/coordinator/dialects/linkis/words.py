"""How this door answers: one envelope for everything, HTTP statuses as Linkis maps its own."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from flask import Response, has_request_context, request

from windlass.coordinator.web import replies
from windlass.coordinator.web.failures import Failure, Refusal
from windlass.coordinator.web.reading import show_path

NOT_LOGGED_IN, OK, ERROR, INVALID, FORBIDDEN = -1, 0, 1, 2, 3
_HTTP = {
    NOT_LOGGED_IN: HTTPStatus.UNAUTHORIZED,
    OK: HTTPStatus.OK,
    ERROR: HTTPStatus.BAD_REQUEST,
    INVALID: HTTPStatus.PRECONDITION_FAILED,
    FORBIDDEN: HTTPStatus.FORBIDDEN,
}
_STATUS = {int(http): status for status, http in _HTTP.items()}
_VERSION = "/rest_j/v1"
_KIND = "linkis-cg-entrance"
_MEDIA = "application/json;charset=UTF-8"

LOGIN_FIRST = "You are not logged in, please login first(您尚未登录，请先登录)!"
LOGIN_EXPIRED = "Login has expired, please log in again!(登录已过期，请重新登录！)"


class Said(Exception):
    """What a refusal says beside its message."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__()
        self.data = data


def answer(data: Mapping[str, Any] | None = None, message: str = "OK") -> Response:
    return _response(document(OK, message, data or {}), HTTPStatus.OK)


def document(
    status: int, message: str, data: Mapping[str, Any], method: str | None = None
) -> dict[str, Any]:
    return {
        "method": method or _method(),
        "status": status,
        "message": message,
        "data": data,
    }


def refuse(message: str, *, status: int = ERROR, data: Mapping[str, Any] | None = None) -> Refusal:
    return Refusal(Failure(status=_HTTP[status], message=message, cause=Said(data or {})))


def fault(code: int, text: str) -> Refusal:
    """In the shape of Linkis' own exceptions."""
    error = {
        "errCode": code,
        "desc": text,
        "level": 2,
        "ip": "windlass",
        "port": 9104,
        "serviceKind": _KIND,
    }
    message = f"error code(错误码): {code}, error message(错误信息): {text}."
    return refuse(message, data={"errorMsg": error})


def failed(reason: str) -> Refusal:
    """In the shape of any other exception."""
    message = f"operation failed(操作失败)s！the reason(原因)：{reason}"
    return refuse(message, data={"errorMsg": {"errCode": 0, "desc": reason, "level": 2}})


def envelope(failure: Failure) -> Response:
    flaws = [f"{show_path(flaw.path)}: {flaw.message}".strip(": ") for flaw in failure.flaws]
    message = "; ".join([failure.message, *flaws])
    data = failure.cause.data if isinstance(failure.cause, Said) else {}
    status = _STATUS.get(failure.status, ERROR)
    content = document(status, message, data)
    if status == NOT_LOGGED_IN:
        content["method"] = request.path
    elif failure.status == HTTPStatus.NOT_FOUND:
        content["method"] = None  # nobody serves this address
    return _response(content, failure.status)


def _response(content: Mapping[str, Any], status: int) -> Response:
    return Response(replies.encode(content), status, content_type=_MEDIA)


def _method() -> str | None:
    """``/api/…``, as the real server says it: without the version."""
    return request.path.replace(_VERSION, "", 1) if has_request_context() else None
