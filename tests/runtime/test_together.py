"""Containers that are one task: they share localhost and a directory, and end together."""

import docker
import msgspec
import pytest

from tests.runtime.lab import Lab, finished, order
from tests.runtime.stepping import begin, killed_once_it_says, shell, the_only, waited
from tests.runtime.test_sidecars import left
from tests.support import images
from windlass.shared.messages import RunAttempt
from windlass.shared.spec import Errand, Layout, Limits, Mount, Ready, Sidecar

SHARED = Mount(kind="volume", target="/mnt", scratch=True)
ANSWER = (
    "mkdir -p {w}/cgi-bin; printf '#!/bin/sh\\necho Status: {status} X; echo; cat > {w}/got' > "
    "{w}/cgi-bin/ask; chmod 755 {w}/cgi-bin/ask; exec httpd -f -p {port} -h {w}"
)


def one(asked: RunAttempt, *others: str, **changes: object) -> RunAttempt:
    beside = tuple(
        Sidecar(name=f"other-{at}", container=shell(run)) for at, run in enumerate(others)
    )
    return msgspec.structs.replace(asked, sidecars=beside, together=True, **changes)


def answering(status: int | str, port: int, path: str = "/tmp/w") -> str:
    return ANSWER.format(status=status, port=port, w=path)


def post(port: int, **fields: object) -> Errand:
    return Errand(port=port, path="/cgi-bin/ask", body="[1,2]", **fields)  # type: ignore[arg-type]  # fields of any type


def test_whichever_ends_first_ends_the_others_and_is_the_outcome(lab: Lab) -> None:
    outcome = finished(waited(begin(lab, one(order("echo main; sleep 600"), "sleep 0.3; exit 7"))))

    assert (outcome.exit.code, outcome.exit.step) == (7, "other-0")
    assert outcome.out == b"main\n"


def test_a_task_that_succeeds_does_not_mind_how_the_others_are_ended(lab: Lab) -> None:
    outcome = finished(waited(begin(lab, one(order("sleep 0.3"), "sleep 600", "sleep 600"))))

    assert (outcome.exit.code, outcome.exit.step) == (0, "")


def test_one_that_ends_at_once_ends_those_that_have_not_begun(lab: Lab) -> None:
    outcome = finished(waited(begin(lab, one(order("sleep 600"), "exit 3", "sleep 600"))))

    assert (outcome.exit.code, outcome.exit.step) == (3, "other-0")


@pytest.mark.docker
def test_they_share_localhost_and_a_directory_anybody_may_write_to(
    docker_lab: Lab, docker_api: docker.APIClient
) -> None:
    main = order(
        "until wget -q -O - http://localhost:8000/a; do sleep 0.1; done; cat /mnt/b",
        mounts=(SHARED,),
        user="worker",
    )
    asked = one(main, "echo a > /mnt/a; echo b > /mnt/b; exec httpd -f -p 8000 -h /mnt")

    run = waited(begin(docker_lab, asked))

    outcome = finished(run)
    assert (outcome.exit.code, outcome.out) == (0, b"a\nb\n"), outcome
    run.remove()
    assert left(docker_api, docker_lab) == []


@pytest.mark.docker
def test_anybody_may_write_to_a_scratch_volume(docker_lab: Lab) -> None:
    outcome = docker_lab.outcome("echo a > /mnt/a", mounts=(SHARED,), user="worker")

    assert outcome.exit.code == 0, outcome


@pytest.mark.docker
def test_one_that_is_killed_for_its_memory_is_the_outcome(docker_lab: Lab) -> None:
    hungry = shell("a=x; while :; do a=$a$a; done", limits=Limits(memory=32 << 20))
    asked = msgspec.structs.replace(
        order("sleep 600"), sidecars=(Sidecar(name="hungry", container=hungry),), together=True
    )

    exit = waited(begin(docker_lab, asked)).wait()

    assert exit.oom
    assert exit.step == "hungry"


@pytest.mark.docker
def test_a_worker_killed_amid_them_leaves_them_to_the_next(
    docker_lab: Lab, docker_api: docker.APIClient
) -> None:
    asked = one(order("echo up; sleep 600"), "sleep 2; exit 4")
    killed_once_it_says(docker_lab, asked, b"up")

    adopted = the_only(docker_lab)

    assert waited(adopted.run).wait().code == 4
    adopted.run.remove()
    assert left(docker_api, docker_lab) == []


def test_files_can_be_placed_below_the_root_of_a_layout(docker_lab: Lab) -> None:
    outcome = docker_lab.outcome(
        "cat /cortex/spec/job.json; pwd",
        layout=Layout(root="/cortex"),
        placed={"spec/job.json": "{}\n"},
    )

    assert outcome.out == b"{}\n/\n"


@pytest.mark.docker
def test_an_answer_ends_what_was_asked(docker_lab: Lab) -> None:
    asked = one(order("sleep 600"), answering(200, 8888), errand=post(8888))

    run = waited(begin(docker_lab, asked))

    assert run.wait().code == 0
    assert msgspec.json.decode(run.result() or b"")["status"] == 200


@pytest.mark.docker
def test_another_answer_fails_it_unless_it_is_tolerant(docker_lab: Lab) -> None:
    asked = msgspec.structs.replace(order(answering(500, 8888)), errand=post(8888))
    tolerant = msgspec.structs.replace(
        order(answering(500, 8888)), errand=post(8888, tolerant=True)
    )

    refused, answered = waited(begin(docker_lab, asked)), waited(begin(docker_lab, tolerant))

    assert (refused.wait().code, refused.wait().text) == (1, "POST /cgi-bin/ask: answered 500")
    assert answered.wait().code == 0
    assert msgspec.json.decode(answered.result() or b"")["status"] == 500


@pytest.mark.docker
def test_a_errand_waits_until_everybody_is_ready(docker_lab: Lab) -> None:
    late = "mkdir /mnt/p; httpd -p 9000 -h /mnt/p; sleep 1; touch /mnt/p/ready; sleep 600"
    status = "$([ -f /mnt/p/ready ] && echo 200 || echo 503)"
    asked = one(
        order(answering(status, 8888), mounts=(SHARED,)),
        late,
        errand=post(8888, ready=(Ready(port=9000, path="/ready"), Ready(port=8888))),
    )

    run = waited(begin(docker_lab, asked))

    assert run.wait().code == 0, run.wait()


@pytest.mark.docker
def test_one_that_ends_before_it_answers_is_the_outcome(docker_lab: Lab) -> None:
    deaf = "nc -l -p 8888 -e sh -c 'sleep 0.2; exit 0'; exit 9"
    asked = msgspec.structs.replace(order(deaf, image=images.SHELL), errand=post(8888))

    assert waited(begin(docker_lab, asked)).wait().code == 9


def test_one_that_ends_well_without_an_answer_has_failed(lab: Lab) -> None:
    run = waited(begin(lab, msgspec.structs.replace(order("true"), errand=post(8888))))

    assert (run.wait().code, run.wait().text) == (1, "ended before it had answered")


@pytest.mark.docker
def test_a_connection_that_ends_without_an_answer_is_one_where_that_is_tolerated(
    docker_lab: Lab,
) -> None:
    deaf = "nc -l -p 8888 -e true; exec sleep 600"
    asked = msgspec.structs.replace(
        order(deaf, image=images.SHELL), errand=post(8888, tolerant=True)
    )

    run = waited(begin(docker_lab, asked))

    assert run.wait().code == 0
    assert msgspec.json.decode(run.result() or b"")["status"] == 0
