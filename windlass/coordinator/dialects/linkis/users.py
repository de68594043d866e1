"""Who calls: a session, a token in Linkis' headers, or one of ours.

A coordinator that needs no token takes any name with any password that is not empty. Everywhere
else a password is that of a configured user, or the secret of a token: of the user's own name, or
one of scope admin, which may speak for everybody.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from time import monotonic

from flask import Request
from werkzeug.security import check_password_hash

from windlass.coordinator.dialects.linkis import words
from windlass.coordinator.dialects.linkis.settings import Settings
from windlass.coordinator.engine.service import Engine
from windlass.coordinator.engine.views import Token
from windlass.coordinator.web.auth import Caller, Credentials, Gate, Scope, bearer
from windlass.coordinator.web.guard import check_open

COOKIE = "linkis_user_session_ticket_id_v1"
TOKEN, TOKEN_USER = "Token-Code", "Token-User"
LONGEST_NAME = 100

_OPEN, _PASSWORD, _TOKEN = "open", "password", "token"  # proofs of a session
_TRUSTED_FOR = 5.0  # seconds the list of tokens is not read again


class Users:
    def __init__(self, door: str, engine: Engine, gate: Gate, settings: Settings) -> None:
        self._door = door
        self._engine = engine
        self._gate = gate
        self._settings = settings
        self._tokens: Mapping[str, Token] = {}
        self._until = float("-inf")

    # Logging in

    def prove(self, request: Request, user: str, password: str) -> str | None:
        """What a session of this user may be granted for; None: nothing."""
        if self._is_open(request):
            return _OPEN
        hashed = self._settings.users.get(user)
        if hashed is not None and check_password_hash(hashed, password):
            return _password_proof(hashed)
        token = self._engine.token(password)
        if token is not None and _may_speak_for(token, user):
            return f"{_TOKEN}:{token.name}"
        return None

    def begin(self, user: str, proof: str) -> str:
        return self._engine.begin_session(self._door, user, proof)

    def end(self, request: Request) -> None:
        self._engine.end_session(request.cookies.get(COOKIE, ""))

    def of_session(self, request: Request) -> Caller | None:
        """Refusal: it has expired, or what it was granted for holds no more."""
        secret = request.cookies.get(COOKIE)
        if not secret:
            return None
        session = self._engine.session(self._door, secret, self._settings.session)
        if session is None:
            return None
        scope = None if session.expired else self._scope(request, session.proof)
        if scope is None:
            raise words.refuse(words.LOGIN_EXPIRED, status=words.NOT_LOGGED_IN)
        return self._caller(session.username, scope)

    # Every other request

    def admit(self, request: Request, scope: Scope, credentials: Credentials = bearer) -> Caller:
        caller = self._of_token(request) or self._of_cookie(request) or self._of_bearer(request)
        if caller is None:
            raise words.refuse(words.LOGIN_FIRST, status=words.NOT_LOGGED_IN)
        if not caller.may(scope):
            text = f"this needs the scope {scope}; yours is {caller.scope}"
            raise words.refuse(text, status=words.FORBIDDEN)
        return caller

    def engine_for(self, caller: Caller) -> Engine:
        return self._gate.engine_for(caller)

    def _of_cookie(self, request: Request) -> Caller | None:
        caller = self.of_session(request)
        if caller is not None:
            check_open(request, ())  # a browser adds the cookie
        return caller

    def _of_bearer(self, request: Request) -> Caller | None:
        secret = bearer(request)
        token = self._engine.token(secret) if secret and secret.isascii() else None
        return self._caller(token.name.lower(), Scope(token.scope)) if token else None

    def _of_token(self, request: Request) -> Caller | None:
        code = _said(request, TOKEN)
        user = _said(request, TOKEN_USER).lower()
        if not code:
            return None
        if TOKEN not in request.headers:
            check_open(request, ())  # a browser adds the cookie
        if self._is_open(request):
            return self._caller(user, Scope.SUBMIT) if user else None
        token = self._engine.token(code) if code.isascii() else None
        if token is None:
            raise _invalid(code, user, "15204 ,desc: Invalid Token(数据库中未配置的无效令牌)")
        user = user or token.name.lower()
        if not _may_speak_for(token, user):
            raise _invalid(code, user, "15202 ,desc: Illegal TokenUser(非法的令牌用户)")
        return self._caller(user, Scope(token.scope))

    def _scope(self, request: Request, proof: str) -> Scope | None:
        """What a session may do; None: nothing any more."""
        if proof == _OPEN:
            return Scope.SUBMIT if self._is_open(request) else None
        kind, _, name = proof.partition(":")
        if kind == _PASSWORD:
            proofs = map(_password_proof, self._settings.users.values())
            return Scope.SUBMIT if proof in proofs else None
        token = self._known_tokens().get(name)
        return Scope(token.scope) if token else None

    def _known_tokens(self) -> Mapping[str, Token]:
        if monotonic() >= self._until:
            now = datetime.now(UTC)
            found = self._engine.tokens()
            self._tokens = {t.name: t for t in found if t.expires_at is None or t.expires_at > now}
            self._until = monotonic() + _TRUSTED_FOR
        return self._tokens

    def _caller(self, user: str, scope: Scope) -> Caller:
        check_name(user)
        admin = scope.includes(Scope.SUBMIT) and user in self._settings.admins
        return Caller(user, Scope.ADMIN if admin else scope)

    def _is_open(self, request: Request) -> bool:
        return not self._settings.users and self._gate.lets_anybody(request)


def check_name(user: str) -> None:
    """Refusal: nobody is called that."""
    if not 0 < len(user) <= LONGEST_NAME or not user.isprintable():
        text = f"a user name has 1 to {LONGEST_NAME} characters that can be printed"
        raise words.refuse(text)


def _may_speak_for(token: Token, user: str) -> bool:
    return token.name.lower() == user or token.scope == Scope.ADMIN


def _password_proof(hashed: str) -> str:
    """Another password, another proof."""
    return f"{_PASSWORD}:{sha256(hashed.encode()).hexdigest()[:32]}"


def _said(request: Request, name: str) -> str:
    return (request.headers.get(name) or request.cookies.get(name) or "").strip()


def _invalid(code: str, user: str, reason: str) -> Exception:
    text = (
        f"Token Authentication Failed, token: {code[:4]}***，tokenUser: {user[:LONGEST_NAME]},"
        f" reason: errCode: {reason}"
    )
    return words.refuse(text, status=words.NOT_LOGGED_IN)
