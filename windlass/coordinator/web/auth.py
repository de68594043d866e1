"""Who is calling, and what may they do."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus
from typing import Protocol

from flask import Request

from windlass.coordinator.engine.people_views import Identity
from windlass.coordinator.engine.service import Engine
from windlass.coordinator.engine.sight import Viewer
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
    """``name`` is the user's, or that of a token which acts for none; it becomes the owner of what
    is submitted. ``user`` None: nobody in particular."""

    name: str
    scope: Scope
    user: Identity | None = None

    @property
    def viewer(self) -> Viewer | None:
        """Whose eyes the engine is to look through; None: an admin sees everything."""
        if self.scope is Scope.ADMIN:
            return None
        return Viewer(self.user.keys if self.user else ())

    def may(self, scope: Scope) -> bool:
        return self.scope.includes(scope)


ANYBODY = Caller("", Scope.ADMIN)


def of_user(user: Identity, scope: Scope = Scope.ADMIN) -> Caller:
    """A user, with no more than ``scope``."""
    own = Scope(user.scope)
    return Caller(user.username, own if scope.includes(own) else scope, user)


def bearer(request: Request) -> str | None:
    """The secret of ``Authorization: Bearer …``."""
    kind, _, secret = request.headers.get("Authorization", "").partition(" ")
    return secret.strip() or None if kind.lower() == "bearer" else None


class Admits(Protocol):
    """Lets a caller through or raises Refusal."""

    def admit(
        self, request: Request, scope: Scope, credentials: Credentials = bearer
    ) -> Caller: ...

    def engine_for(self, caller: Caller) -> Engine: ...


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
        caller = self._by_password(request) or self._caller(credentials(request))
        if not caller.may(scope):
            raise _refusal(
                HTTPStatus.FORBIDDEN,
                f"this needs a caller of scope {scope}; yours is {caller.scope}",
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

    def engine_for(self, caller: Caller) -> Engine:
        """As they may see it."""
        return self._engine.seen_by(caller.viewer)

    def close(self) -> None:
        """A token was made here just now."""
        self._may_be_open = False

    def _by_password(self, request: Request) -> Caller | None:
        """None: no password was given. Refusal: it is wrong."""
        given = request.authorization
        if given is None or given.type != "basic" or not given.username:
            return None
        check_open(request, ())  # browsers add a password by themselves, once it was given
        user = self._engine.identify(given.username, given.password or "")
        if user is None:
            raise _refusal(
                HTTPStatus.UNAUTHORIZED, "this user is unknown, or the password wrong", "Bearer"
            )
        return of_user(user)

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
        scope = Scope(token.scope)
        return of_user(token.user, scope) if token.user else Caller(token.name, scope)


def _is_plain(secret: str) -> bool:
    return secret.isascii() and secret.isprintable()


def _refusal(status: HTTPStatus, message: str, challenge: str) -> Refusal:
    return Refusal(Failure(status=status, message=message, headers={"WWW-Authenticate": challenge}))
