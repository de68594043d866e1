"""What the documents say of themselves and of the code."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts import state_tables
from windlass.shared.states import ATTEMPT, JOB, TASK, AttemptState, JobState, Reason, TaskState

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])

_FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
_PATH = re.compile(r"`((?:windlass|tests|scripts|docs|examples)/[\w./-]+)`")


def prose(document: Path) -> str:
    return _FENCED.sub("", document.read_text(encoding="utf-8"))


def anchors(document: Path) -> set[str]:
    """As renderers make them from headings."""
    headings = _HEADING.findall(prose(document))
    return {re.sub(r"[^\w -]", "", each).strip().lower().replace(" ", "-") for each in headings}


def links(document: Path) -> Iterator[tuple[Path, str]]:
    """Where links within the repository lead: a file, and an anchor in it."""
    for target in _LINK.findall(prose(document)):
        if "://" in target or target.startswith("mailto:"):
            continue
        path, _, anchor = target.partition("#")
        yield (document.parent / path).resolve() if path else document, anchor


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(document: Path) -> None:
    for target, anchor in links(document):
        assert target.exists(), target
        assert not anchor or anchor in anchors(target), f"{target}#{anchor}"


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_files_that_are_named_exist(document: Path) -> None:
    missing = [path for path in _PATH.findall(prose(document)) if not (ROOT / path).exists()]

    assert missing == []


def test_the_state_document_is_what_the_code_says() -> None:
    document = ROOT / "docs/states.md"

    assert document.read_text(encoding="utf-8") == state_tables.renew(""), "run make docs"


def test_every_word_of_the_state_tables_is_in_the_state_document() -> None:
    text = (ROOT / "docs/states.md").read_text(encoding="utf-8")

    for states in (JobState, TaskState, AttemptState, Reason):
        for word in states:
            assert re.search(rf"^\| `{word}` \| .+ \|$", text, re.MULTILINE), word
    for lifecycle in (JOB, TASK, ATTEMPT):
        for state, targets in lifecycle.edges.items():
            assert all(f"    {state} --> {to}\n" in text for to in targets)


def test_every_decision_is_in_the_list_of_decisions() -> None:
    listed = {target for target, _ in links(ROOT / "docs/adr/README.md")}

    assert set((ROOT / "docs/adr").glob("[0-9]*.md")) == listed
