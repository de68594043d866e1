"""Whatever a machine thinks of sending is answered in this door's form, and never with a 5xx."""

from collections.abc import Iterator
from contextlib import closing
from typing import Any, cast

import pytest
import schemathesis
from schemathesis import GenerationMode

from tests.conformance.daggy.client import EXAMPLE
from tests.support import described
from tests.support.described import OF_ANSWERS, assert_kept
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
        shown = document()
        for operation in (one for path in shown["paths"].values() for one in path.values()):
            del operation["security"]
        schema = schemathesis.openapi.from_dict(shown)
        schema.app = app
        yield schema


@pytest.mark.parametrize(
    ("method", "path", "mode"),
    described.operations_of(document(), lambda method, _: method == "post"),
)
def test_an_operation_keeps_to_its_description(
    api: Any, method: str, path: str, mode: GenerationMode
) -> None:
    assert_kept(api[path][method], mode, OF_ANSWERS)
