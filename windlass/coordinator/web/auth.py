"""Who is calling, and what may they do."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus
from typing import Protocol

from flask import Request

from windlass.coordinator.engine.service import Engine
from windlass.coordinator.web.failures import Failure, Refusal
from windlass.coordinator.web.guard import check_open

KNOWN_OPEN_FOR = 2.0  # seconds; a first token made elsewhere closes this process within them

Credentials = Callable[[Request], str | None]


class Scope(StrEnum):
    """Each includes those before it."""

    READ = "read"
    SUBMIT = "submit"
    ADMIN = "admin"

    def includes(self, other: "Scope") -> bool:
        ranks = list(Scope)
        return ranks.index(self) >= ranks.index(other)


@dataclass(frozen=True)
class Caller:
    """``name`` is the token's, and becomes the owner of what it submits."""

    name: str
    scope: Scope

    def may(self, scope: Scope) -> bool:
        return self.scope.includes(scope)


ANYBODY = Caller("", Scope.ADMIN)


def bearer(request: Request) -> str | None:
    """The secret of ``Authorization: Bearer …``."""
    kind, _, secret = request.headers.get("Authorization", "").partition(" ")
    return secret.strip() or None if kind.lower() == "bearer" else None


class Admits(Protocol):
    """Lets a caller through or raises Refusal."""

    def admit(
        self, request: Request, scope: Scope, credentials: Credentials = bearer
    ) -> Caller: ...


class Gate:
    """Lets a caller through or raises Refusal: 401 for who, 403 for what."""

    def __init__(
        self,
        engine: Engine,
        *,
        open: bool,
        hosts: tuple[str, ...],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._engine = engine
        self._may_be_open = open
        self._hosts = hosts
        self._monotonic = monotonic
        self._open_until = float("-inf")

    def admit(
        self,
        request: Request,
        scope: Scope,
        credentials: Credentials = bearer,
        *,
        foreign: bool = False,
    ) -> Caller:
        """``foreign``: pages of other sites may call; the operator of this door says so."""
        if self.lets_anybody(request, foreign=foreign):
            return ANYBODY
        caller = self._caller(credentials(request))
        if not caller.may(scope):
            raise _refusal(
                HTTPStatus.FORBIDDEN,
                f"this needs a token of scope {scope}; yours is {caller.scope}",
                f'Bearer error="insufficient_scope", scope="{scope}"',
            )
        return caller

    def lets_anybody(self, request: Request, *, foreign: bool = False) -> bool:
        """Whether callers need no token now. Refusal: a page of another site asks."""
        if not self._is_open():
            return False
        if not foreign:
            check_open(request, self._hosts)
        return True

    def _is_open(self) -> bool:
        """No token exists, and the operator lets that pass."""
        if not self._may_be_open:
            return False
        now = self._monotonic()
        if now < self._open_until:
            return True
        if self._engine.tokens():
            self._may_be_open = False  # for good: revoking the last token must not open the door
            return False
        self._open_until = now + KNOWN_OPEN_FOR
        return True

    def close(self) -> None:
        """A token was made here just now."""
        self._may_be_open = False

    def _caller(self, secret: str | None) -> Caller:
        if secret is None:
            raise _refusal(
                HTTPStatus.UNAUTHORIZED, "this needs a token (Authorization: Bearer …)", "Bearer"
            )
        token = self._engine.token(secret) if _is_plain(secret) else None
        if token is None:
            raise _refusal(
                HTTPStatus.UNAUTHORIZED,
                "this token is unknown or has expired",
                'Bearer error="invalid_token"',
            )
        return Caller(token.name, Scope(token.scope))


def _is_plain(secret: str) -> bool:
    return secret.isascii() and secret.isprintable()


def _refusal(status: HTTPStatus, message: str, challenge: str) -> Refusal:
    return Refusal(Failure(status=status, message=message, headers={"WWW-Authenticate": challenge}))
