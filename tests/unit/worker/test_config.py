from pathlib import Path

import pytest
from environs import Env, EnvValidationError

from windlass.worker.config import Config


def config(monkeypatch: pytest.MonkeyPatch, **variables: str) -> Config:
    for name, value in variables.items():
        monkeypatch.setenv(f"WINDLASS_{name}", value)
    return Config.from_env(Env(eager=False))


def test_variables_become_values(monkeypatch: pytest.MonkeyPatch) -> None:
    made = config(
        monkeypatch,
        NODE_NAME="box-1",
        QUEUES="default,gpu",
        CONCURRENCY="8",
        RUNTIME="process",
        STATE_DIR="/srv/windlass",
        DRAIN_TIMEOUT="1m30s",
        BIND_SOURCES="/data,/scratch",
    )

    assert (made.node, made.queues, made.concurrency) == ("box-1", ("default", "gpu"), 8)
    assert (made.runtime, made.state_dir) == ("process", Path("/srv/windlass"))
    assert (made.drain_timeout, made.bind_sources) == (90.0, ("/data", "/scratch"))


def test_without_variables_there_are_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    made = config(monkeypatch)

    assert made.queues == ("default",)
    assert made.concurrency >= 1
    assert made.drain_timeout == 10.0


def test_every_bad_variable_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(EnvValidationError) as refused:
        config(
            monkeypatch,
            NODE_NAME="a b",
            QUEUES="ok,not ok",
            CONCURRENCY="0",
            RUNTIME="podman",
            DRAIN_TIMEOUT="soon",
            LOG_LEVEL="loud",
        )

    assert set(refused.value.error_messages) == {
        f"WINDLASS_{name}"
        for name in (
            "NODE_NAME", "QUEUES", "CONCURRENCY", "RUNTIME", "DRAIN_TIMEOUT", "LOG_LEVEL"
        )
    }  # fmt: skip


def test_a_value_may_stand_in_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "url"
    file.write_text("redis://:secret@host:6379/0\n")
    monkeypatch.setenv("WINDLASS_REDIS_URL_FILE", str(file))

    assert Config.from_env().redis_url == "redis://:secret@host:6379/0"


def test_a_node_may_be_one_of_a_family_of_names(monkeypatch: pytest.MonkeyPatch) -> None:
    assert config(monkeypatch, NODE_NAME="worker-*").node == "worker-*"


@pytest.mark.parametrize("lease", ["0s", "1s", "2h"])
def test_a_lease_that_nobody_could_keep_is_refused(
    monkeypatch: pytest.MonkeyPatch, lease: str
) -> None:
    with pytest.raises(EnvValidationError, match="3 seconds and an hour"):
        config(monkeypatch, LEASE=lease)
