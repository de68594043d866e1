"""Every example in Tork's format, posted as its users post it, on Docker."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml

from tests.e2e.command import ROOT
from tests.e2e.conftest import serving
from tests.runtime.lab import docker_client
from tests.support import films, images
from tests.support.waiting import until
from windlass.embedded.stack import DEFAULT_IMAGE

pytestmark = [
    pytest.mark.docker,
    pytest.mark.e2e,
    pytest.mark.postgres,
    pytest.mark.redis,
    pytest.mark.timeout(600),
]

EXAMPLES = ROOT / "examples" / "tork"
ENDED = {"COMPLETED", "FAILED", "CANCELLED"}


@dataclass(frozen=True)
class Expected:
    state: str = "COMPLETED"
    result: str | None = None
    tasks: dict[str, str] = field(default_factory=dict)  # name to state or result
    log: tuple[str, ...] = ()
    error: str | None = None


PLAIN = {
    "hello": Expected(tasks={"say hello": "hello world"}, log=("hello world, again",)),
    "job_output": Expected(result="the answer is 42."),
    "each": Expected(tasks={"number 0": "1", "number 4": "25", "add": "1 to 25"}),
    "slow": Expected(tasks={"wait 0": "COMPLETED", "wait 19": "COMPLETED"}, log=("waited 0.3 s",)),
    "parallel": Expected(
        tasks=dict.fromkeys(["one", "two", "three", "four", "five", "six"], "COMPLETED"),
        log=("all six are done",),
    ),
    "prepost": Expected(log=("SOME SOURCE",)),
    "retry": Expected(state="FAILED", log=("no luck", "no luck", "no luck"), error="no luck"),
    "timeout": Expected(state="FAILED", log=("this will take a while",), error="timed out"),
    "subjob": Expected(result="21 40"),
    "job_defaults": Expected(log=("half a core, 32 MB", "64 MB")),
}
FILMS = ("resize_image", "hls", "split_and_stitch", "aws_split_and_stitch", "aws_create_master")


@pytest.fixture(scope="module")
def url(directories: Path) -> Iterator[str]:
    with closing(docker_client()) as client:
        images.ensure(client, DEFAULT_IMAGE)
    films.ensure_ffmpeg()
    films.ensure_s3()
    networks = {"WINDLASS_NETWORKS": films.NETWORK}
    with serving(directories, "tork-examples", ("--runtime", "docker"), **networks) as address:
        yield address


@pytest.fixture(scope="module")
def minio(url: str) -> Iterator[films.Store]:
    with films.minio() as store:
        yield filled(store)


@pytest.fixture(scope="module")
def amazon(url: str) -> Iterator[films.Store]:
    with films.amazon() as store:
        yield filled(store)


def filled(store: films.Store) -> films.Store:
    """With a film of four seconds, which anybody may see, and a picture."""
    store.put("films")
    store.put("films/film.mp4", films.a_film(4), acl="public-read")
    store.put("pictures")
    store.put("pictures/original.png", films.a_picture())
    return store


@pytest.mark.parametrize("name", PLAIN)
def test_an_example_does_what_it_says(url: str, name: str) -> None:
    expected = PLAIN[name]

    job = ended(url, posted(url, (EXAMPLES / f"{name}.yaml").read_text()))

    assert job["state"] == expected.state, job
    assert job.get("result") == expected.result
    assert expected.error is None or expected.error in job["error"]
    shown = {task["name"]: (task["state"], task.get("result")) for task in every_task(url, job)}
    for task, state_or_result in expected.tasks.items():
        assert state_or_result in shown[task]
    lines = log(url, job["id"]).splitlines()
    for line in expected.log:
        lines.remove(line)


def test_a_misspelt_limit_is_refused_with_its_line(url: str) -> None:
    text = (EXAMPLES / "job_defaults.yaml").read_text().replace('cpus: "0.5"', 'cpu: "0.5"')

    answer = post(url, text)

    assert answer.status_code == 400
    assert "field cpu not found in type input.Limits" in answer.json()["message"]


def test_a_picture_is_stored_in_three_sizes(url: str, minio: films.Store) -> None:
    run(url, "resize_image")

    for width, height in ((320, 180), (160, 90), (64, 36)):
        assert films.size(minio.get(f"pictures/{width}x{height}.png")) == (width, height)


def test_a_stream_has_two_qualities_whose_segments_are_all_there(
    url: str, minio: films.Store
) -> None:
    job = run(url, "hls")

    assert job["result"] == "s3://films/hls/master.m3u8"
    assert segments(minio, "master.m3u8") == ["180.m3u8", "90.m3u8"]
    for playlist in ("180.m3u8", "90.m3u8"):
        names = segments(minio, playlist)
        assert len(names) == 2
        assert all(minio.get(f"films/hls/{name}") for name in names)


def segments(store: films.Store, playlist: str) -> list[str]:
    lines = store.get(f"films/hls/{playlist}").decode().splitlines()
    return [line for line in lines if not line.startswith("#")]


def test_a_film_that_was_cut_and_stitched_is_as_long_as_before(
    url: str, minio: films.Store
) -> None:
    assert_stitched(url, minio, run(url, "split_and_stitch"))


def test_so_is_one_that_lies_on_s3(url: str, amazon: films.Store) -> None:
    assert_stitched(url, amazon, run(url, "aws_split_and_stitch", endpoint=amazon.url))


def assert_stitched(url: str, store: films.Store, job: Any) -> None:
    assert job["result"] == "2 pieces"
    pieces = [task["name"] for task in every_task(url, job) if task["name"].startswith("encode 0")]
    assert sorted(pieces) == ["encode 00000.mkv", "encode 00001.mkv"]
    assert films.pictures(store.get("films/stitched.mp4")) == films.pictures(films.a_film(4))


def test_a_master_is_made_of_a_film_that_lies_at_a_url(url: str, amazon: films.Store) -> None:
    source = f"{amazon.url}/films/film.mp4"

    run(url, "aws_create_master", endpoint=amazon.url, source=source)

    assert films.pictures(amazon.get("films/master.mp4")) == films.pictures(films.a_film(4))


def test_every_example_is_here() -> None:
    assert {path.stem for path in EXAMPLES.iterdir()} == {*PLAIN, *FILMS}


def run(url: str, name: str, **inputs: str) -> Any:
    """To its end, which is a good one."""
    document = yaml.safe_load((EXAMPLES / f"{name}.yaml").read_text())
    document["inputs"].update(inputs)
    job = ended(url, posted(url, yaml.safe_dump(document)))
    assert job["state"] == "COMPLETED", (job.get("error"), log(url, job["id"]))
    return job


def post(url: str, text: str) -> requests.Response:
    headers = {"Content-Type": "text/yaml"}
    return requests.post(f"{url}/jobs", data=text, headers=headers, timeout=30)


def posted(url: str, text: str) -> str:
    answer = post(url, text)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["id"])


def ended(url: str, id: str) -> Any:
    until(lambda: get(url, f"/jobs/{id}")["state"] in ENDED, 180)
    return get(url, f"/jobs/{id}")


def every_task(url: str, job: Any) -> list[Any]:
    """Those inside `each` and `parallel` as well: Tork lists them with the others."""
    return list(job["execution"])


def log(url: str, id: str) -> str:
    items = get(url, f"/jobs/{id}/log?size=100")["items"]
    return "".join(item["contents"] for item in items)


def get(url: str, path: str) -> Any:
    answer = requests.get(f"{url}{path}", timeout=10)
    answer.raise_for_status()
    return answer.json()
