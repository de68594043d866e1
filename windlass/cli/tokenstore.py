"""Where tokens are made: in the database, by whoever can reach that, or through the API."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from secrets import token_hex
from typing import TYPE_CHECKING, Protocol

from windlass.cli.client import Body, Client, Document
from windlass.cli.failures import Conflict, NotFound, Refused
from windlass.cli.profiles import configured
from windlass.cli.session import Session

if TYPE_CHECKING:
    from windlass.coordinator.engine.views import Token
    from windlass.coordinator.store.db import Database
    from windlass.embedded.place import Place


class Store(Protocol):
    def create(
        self, name: str, scope: str, expires_at: datetime | None, user: str | None
    ) -> Document:
        """With its ``secret``. ``user``: for whom it acts."""

    def all(self) -> list[Document]: ...
    def revoke(self, name: str) -> None: ...


@contextmanager
def a_store(session: Session, database_url: str | None) -> Iterator[Store]:
    url = database_url or _stack_database(session)
    if not url:
        yield _ByApi(session.client())
        return
    from windlass.coordinator.engine import errors
    from windlass.coordinator.store.db import Database

    database = Database(url, pool_size=1)
    try:
        yield _InDatabase(database, None if database_url else session.place())
    except errors.Conflict as problem:
        raise Conflict(str(problem)) from None
    except errors.NotFound as problem:
        raise NotFound(str(problem)) from None
    except errors.Invalid as problem:
        flaws = [
            {"field": each.path[-1], "message": each.message, "allowed": each.allowed}
            for each in problem.problems
        ]
        raise Refused("the token is not valid", flaws) from None
    finally:
        database.close()


def _stack_database(session: Session) -> str | None:
    running = None if configured(session.given) else session.running_stack()
    return running.database_url if running else None


class _ByApi:
    def __init__(self, api: Client) -> None:
        self._api = api

    def create(
        self, name: str, scope: str, expires_at: datetime | None, user: str | None
    ) -> Document:
        asked: Document = {"name": name, "scope": scope} | ({"user": user} if user else {})
        if expires_at:
            asked["expires_at"] = expires_at.isoformat(timespec="milliseconds")
        made: Document = self._api.post("tokens", body=Body.of(asked))
        return made

    def all(self) -> list[Document]:
        return list(self._api.get("tokens")["items"])

    def revoke(self, name: str) -> None:
        self._api.call("DELETE", "tokens", name)


class _InDatabase:
    """``place``: of the stack whose database this is. With its first token its API ceases to be
    open, so this user's own commands get one as well."""

    def __init__(self, db: "Database", place: "Place | None") -> None:
        self._db = db
        self._place = place

    def create(
        self, name: str, scope: str, expires_at: datetime | None, user: str | None
    ) -> Document:
        from windlass.coordinator.engine import access

        if self._place and not self._place.token():
            own = f"local-{token_hex(3)}"
            self._place.keep_token(access.create(self._db, own, "admin", None)[1])
        token, secret = access.create(self._db, name, scope, expires_at, user)
        return {**_shown(token), "secret": secret}

    def all(self) -> list[Document]:
        from windlass.coordinator.engine import access

        return [_shown(token) for token in access.tokens(self._db)]

    def revoke(self, name: str) -> None:
        from windlass.coordinator.engine import access

        access.revoke(self._db, name)


def _shown(token: "Token") -> Document:
    shown = {
        name: value.isoformat(timespec="milliseconds") if isinstance(value, datetime) else value
        for name, value in asdict(token).items()
    }
    return {**shown, "user": shown.pop("acts_for")}
