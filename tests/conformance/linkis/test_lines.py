"""What becomes of code that was taken in: lines, limits, and what a node is given."""

import msgspec
import pytest
from msgspec.structs import replace

from tests.conformance.linkis.client import Linkis, an_app_with, code
from tests.support.fleet import Fleet
from windlass.coordinator.dialects.linkis.engines import DEFAULT
from windlass.coordinator.dialects.linkis.intake import read
from windlass.coordinator.dialects.linkis.translate import to_job_spec
from windlass.coordinator.engine.service import Engine
from windlass.coordinator.store.db import Database
from windlass.shared.messages import RunAttempt


def test_who_comes_when_the_line_is_full_is_told_so_and_taken_down(linkis: Linkis) -> None:
    for _ in range(DEFAULT["shell"].waiting):
        linkis.submit()

    refused = linkis.refused("POST", "entrance/submit", json=code())

    assert refused["data"]["errorMsg"]["errCode"] == 12001
    assert "the queue is full" in refused["data"]["errorMsg"]["desc"]
    newest = linkis.get("jobhistory/list", pageSize=1)["tasks"][0]
    assert (newest["status"], newest["errCode"]) == ("Failed", 12001)
    assert linkis.submit(code(userCreator="alice-other"))["taskID"] > newest["taskID"]


def test_code_with_a_word_the_operator_has_banned_is_taken_down_as_failed(
    engine: Engine, fleet: Fleet
) -> None:
    engines = {"shell": replace(DEFAULT["shell"], banned=("hdfs",))}
    linkis = Linkis(an_app_with(engine, engines=engines).test_client(), fleet)

    body = {**code("${x} dfs -ls"), "params": {"variable": {"x": "hdfs"}}}
    refused = linkis.refused("POST", "entrance/submit", json=body)

    assert refused["data"]["errorMsg"]["errCode"] == 50081
    assert (linkis.task(1)["status"], linkis.task(1)["errCode"]) == ("Failed", 50081)


def test_a_line_is_first_come_first_served_but_for_higher_ranks(
    engine: Engine, fleet: Fleet
) -> None:
    engines = {"shell": replace(DEFAULT["shell"], running=1)}
    linkis = Linkis(an_app_with(engine, engines=engines).test_client(), fleet)
    key, order = "wds.linkis.engine.runtime.priority", []
    for rank in ("100", "x", "200", 7, None):
        linkis.submit({**code(), "params": {"configuration": {"runtime": {key: rank}}}})

    for _ in range(5):
        id = linkis.started()
        running = linkis.get("jobhistory/list", status="Running")["tasks"]
        order += [task["taskID"] for task in running]
        linkis.end(id)

    assert order == [3, 1, 2, 5, 4]


@pytest.mark.parametrize("creator", ["LINKISCLI", "BdpClient"])
def test_a_client_that_asks_no_more_does_not_end_its_task(creator: str) -> None:
    """The real server kills those of these creators after 30 seconds without a question."""
    asked = read(code(userCreator=f"alice-{creator}"))
    other = read(code(userCreator="alice-IDE"))

    spec, usual = to_job_spec(asked, DEFAULT["shell"]), to_job_spec(other, DEFAULT["shell"])

    assert (spec.timeout, spec.start_timeout) == (usual.timeout, usual.start_timeout)
    assert spec.timeout == 48 * 3600
    assert spec.start_timeout is None
    assert spec.tasks == usual.tasks


def test_code_is_a_file_and_never_a_word_of_the_command(linkis: Linkis, db: Database) -> None:
    text = "echo {{ env.SECRET }} ${HOME} {{ tasks.x.result }}"
    linkis.submit(code(text))
    linkis.started()

    with db.transaction() as tx:
        (attempt,) = tx.all("SELECT message FROM attempt")
    container = msgspec.json.decode(attempt["message"], type=RunAttempt).container
    assert container.files["code.sh"] == text
    assert container.cmd == ("sh", "code.sh")
    assert container.image == "python:3.11-slim"
