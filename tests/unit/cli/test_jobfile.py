"""A job file before it is handed in."""

import pytest

from windlass.cli.jobfile import JobFile

DEFAULT = "default:1"


@pytest.mark.parametrize(
    ("text", "images"),
    [
        ("tasks: [{image: a}, {image: b}, {image: a}]", ["a", "b"]),
        ("tasks: [{image: a}, {run: x}]", ["a", DEFAULT]),
        ("{defaults: {image: c}, tasks: [{image: a}, {run: x}]}", ["a", "c"]),
        ("tasks: [{image: 'a:{{ inputs.tag }}'}]", []),
        ("tasks: [{image: 5}, nonsense, {image: [a]}]", []),
        ("tasks: {image: a}", []),
        ("tasks: 5", []),
        ("just text", []),
        ("[", []),
    ],
)
def test_the_images_of_a_file_are_those_its_tasks_name(text: str, images: list[str]) -> None:
    assert JobFile("job.yaml", text).images(DEFAULT) == images
