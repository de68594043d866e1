"""Whatever a machine thinks of sending is answered in this door's form, and never with a 5xx."""

from collections.abc import Iterator
from contextlib import closing
from typing import Any, cast

import pytest
import schemathesis
from schemathesis import GenerationMode

from tests.conformance.daggy.client import EXAMPLE
from tests.support.described import assert_kept
from tests.support.http import an_app, an_engine
from tests.support.postgres import a_database
from windlass.coordinator.dialects.daggy import documents
from windlass.coordinator.dialects.daggy.ready import Ready
from windlass.coordinator.dialects.daggy.runs import Runs
from windlass.coordinator.dialects.daggy.tasks import Tasks
from windlass.coordinator.dialects.daggy.translate import Defaults
from windlass.coordinator.engine.service import Engine
from windlass.coordinator.store.db import Database
from windlass.coordinator.web.openapi import describe
from windlass.coordinator.web.operations import operations_of
from windlass.shared.redis import connect


def document() -> dict[str, Any]:
    engine = cast(Engine, None)  # to describe operations takes none
    found = operations_of(Ready(), Runs(engine, Defaults()), Tasks(engine))
    return describe("Daggy", "1", "", found, documents.Error)


def operations() -> list[tuple[str, str, GenerationMode]]:
    return [
        (method, path, mode)
        for path, operations in document()["paths"].items()
        for method in operations
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
        if mode is GenerationMode.POSITIVE or method == "post"
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
        assert app.test_client().post("/v1/dagrun", json=EXAMPLE).status_code == 200
        described = document()
        for operation in (one for path in described["paths"].values() for one in path.values()):
            del operation["security"]
        schema = schemathesis.openapi.from_dict(described)
        schema.app = app
        yield schema


@pytest.mark.parametrize(("method", "path", "mode"), operations())
def test_an_operation_keeps_to_its_description(
    api: Any, method: str, path: str, mode: GenerationMode
) -> None:
    assert_kept(api[path][method], mode)
