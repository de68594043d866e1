"""The README's showpiece, as its comment says; it is in no other test since it wants volumes."""

import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from uuid import uuid4

import pytest

from tests.e2e.command import ROOT, Windlass
from tests.runtime.lab import docker_client
from tests.support import films

pytestmark = [
    pytest.mark.docker,
    pytest.mark.e2e,
    pytest.mark.postgres,
    pytest.mark.redis,
    pytest.mark.timeout(600),
]


@pytest.fixture
def example(tmp_path: Path) -> Iterator[Path]:
    """With a volume of its own, which is gone afterwards."""
    text = (ROOT / "examples" / "split-and-stitch.yaml").read_text()
    volume = f"windlass-test-{uuid4().hex}"
    path = tmp_path / "job.yaml"
    path.write_text(text.replace("windlass-films", volume))
    yield path
    with closing(docker_client()) as client:
        client.remove_volume(volume)


def test_a_film_is_cut_encoded_in_pieces_and_stitched_together(
    windlass: Windlass, example: Path
) -> None:
    films.ensure_ffmpeg()

    call = windlass.start("run", str(example), "--input", "seconds=3")

    assert call.code() == 0, call.text()
    shown = call.text()
    assert "output: 288 pictures in 4 pieces\n" in shown
    assert len(set(re.findall(r"encode piece-0000[0-3]", shown))) == 4
