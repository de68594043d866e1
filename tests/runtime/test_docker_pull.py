"""Images are pulled when they must be, with the task's own credentials, and refused in words."""

from collections.abc import Iterator
from contextlib import suppress

import docker
import pytest
from docker.errors import ImageNotFound

from tests.runtime.lab import Lab, finished, order
from tests.support.images import busybox, root_file_system
from tests.support.registry import Registry, serving
from windlass.shared.spec import Registry as Login
from windlass.shared.states import Reason
from windlass.worker.runtimes.base import Unrunnable

pytestmark = pytest.mark.docker

PASSWORD = "hunter2-hunter2"


@pytest.fixture
def lab(docker_lab: Lab) -> Lab:
    return docker_lab


@pytest.fixture(scope="module")
def layer() -> bytes:
    return root_file_system({"bin/sh": busybox().read_bytes()}, {})


@pytest.fixture
def registry(layer: bytes) -> Registry:
    return Registry(layer)


@pytest.fixture
def image(docker_api: docker.APIClient, lab: Lab, registry: Registry) -> Iterator[str]:
    with serving(registry) as host:
        yield f"{host}/some/tool:1"
        lab.runtime.sweep(set())
        with suppress(ImageNotFound):
            docker_api.remove_image(f"{host}/some/tool:1", force=True)


def test_an_absent_image_is_pulled_and_told_about(lab: Lab, image: str, registry: Registry) -> None:
    asked = order("echo pulled", image=image, pull="if-missing")
    notices: list[str] = []

    lab.runtime.prepare(asked, lambda text, percent: notices.append(text))

    assert set(notices) == {f"pulling {image}"}
    assert finished(lab.runtime.start(asked)).out == b"pulled\n"


def test_an_image_is_pulled_again_only_when_asked_for(
    lab: Lab, image: str, registry: Registry
) -> None:
    prepare(lab, image, "if-missing")
    pulled = registry.pulls

    prepare(lab, image, "if-missing")
    prepare(lab, image, "never")
    assert registry.pulls == pulled

    prepare(lab, image, "always")
    assert registry.pulls > pulled


def test_never_means_never(lab: Lab, image: str, registry: Registry) -> None:
    assert "'never'" in refusal(lab, image, "never")
    assert registry.pulls == 0


def test_the_registrys_own_words_are_passed_on(lab: Lab, image: str) -> None:
    assert "manifest unknown to the test" in refusal(lab, image.replace("tool", "missing"))


def test_a_registry_that_is_not_there_is_told(lab: Lab) -> None:
    assert "127.0.0.1:1" in refusal(lab, "127.0.0.1:1/a:1")


@pytest.mark.parametrize("image", ["No Such Image", "a:b:c", "http://x/y", "-"])
def test_a_name_that_is_none_is_told(lab: Lab, image: str) -> None:
    assert refusal(lab, image).startswith(f"image {image}")


def test_a_task_without_an_image_needs_a_default(lab: Lab) -> None:
    assert "no default image" in refusal(lab, None)

    defaulting = lab.restarted(default_image="windlass-test/shell:1")
    asked = order("echo default", image=None)
    defaulting.prepare(asked, lambda text, percent: None)
    assert finished(defaulting.start(asked)).out == b"default\n"


def test_credentials_are_the_tasks_own(lab: Lab, image: str, registry: Registry) -> None:
    registry.login = ("me", PASSWORD)

    prepare(lab, image, "if-missing", Login(username="me", password=PASSWORD))

    assert registry.pulls > 0


@pytest.mark.parametrize("login", [None, Login(username="me", password="wrong-" + PASSWORD)])
def test_without_the_right_credentials_nothing_is_pulled_and_nothing_leaks(
    lab: Lab, image: str, registry: Registry, login: Login | None
) -> None:
    registry.login = ("me", PASSWORD)

    said = refusal(lab, image, login=login)

    assert said.startswith(f"image {image} cannot be pulled: ")
    assert PASSWORD not in said
    assert registry.pulls == 0


def test_a_notice_that_raises_ends_the_pull(lab: Lab, image: str) -> None:
    def give_up(text: str, percent: float | None) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        lab.runtime.prepare(order("true", image=image, pull="always"), give_up)


def prepare(lab: Lab, image: str | None, pull: str, login: Login | None = None) -> None:
    asked = order("true", image=image, pull=pull, registry=login)
    lab.runtime.prepare(asked, lambda text, percent: None)


def refusal(
    lab: Lab, image: str | None, pull: str = "if-missing", login: Login | None = None
) -> str:
    with pytest.raises(Unrunnable) as caught:
        prepare(lab, image, pull, login)
    assert caught.value.reason == Reason.IMAGE
    return str(caught.value)
