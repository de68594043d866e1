"""Whatever a machine thinks of sending is answered in Tork's form, and never with a 5xx."""

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
import schemathesis
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import unsupported_method

from tests.conformance.tork.described import document
from tests.support.described import CHECKS, assert_kept
from tests.support.http import Client, an_app, an_engine
from tests.support.postgres import a_database
from tests.support.tork import posted
from windlass.coordinator.store.db import Database
from windlass.shared.redis import connect


def operations() -> list[tuple[str, str, GenerationMode]]:
    """Any text may stand in a path: only queries and bodies can be wrong."""
    return [
        (method, path, mode)
        for path, operations in document()["paths"].items()
        for method in operations
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
        if mode is GenerationMode.POSITIVE or path.endswith(("/log", "jobs"))
    ]


@pytest.fixture(scope="module")
def api(postgres_server: str, template: str, redis_server: str) -> Iterator[Any]:
    """With something in it to find."""
    with (
        a_database(postgres_server, template) as url,
        closing(Database(url, pool_size=4)) as db,
        connect(redis_server) as redis,
        an_engine(db, redis) as engine,
    ):
        app = an_app(engine)
        client: Client = app.test_client()
        posted(client)
        schema = schemathesis.openapi.from_dict(document())
        schema.app = app
        yield schema


@pytest.mark.parametrize(("method", "path", "mode"), operations())
def test_an_operation_keeps_to_its_description(
    api: Any, method: str, path: str, mode: GenerationMode
) -> None:
    assert_kept(api[path][method], mode, [*CHECKS, unsupported_method])
