"""Documents only name files that exist, and all decisions have the same sections."""

import re
from pathlib import Path

import pytest

from tests.live_servers import ROOT

DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
DECISIONS = sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md"))
LINK = re.compile(r"\]\(([^)\s]+)\)")
# Paths from the root, such as folder/module.py and `folder/`; not parts of addresses or of longer paths.
FILE = re.compile(r"(?<![\w./-])[a-z_]+(?:/[\w-]+)+\.(?:py|md|toml|graphql|po|css|html|json|yaml|svg|png)\b")
FOLDER = re.compile(r"`([a-z_]+(?:/[\w-]+)*/)`")
SECTIONS = ["Context", "Decision", "Consequences"]


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("document", DOCUMENTS, ids=_name)
def test_links_between_documents_lead_to_files(document: Path) -> None:
    links = LINK.findall(document.read_text(encoding="utf-8"))
    targets = [link.partition("#")[0] for link in links if ":" not in link]
    assert [target for target in targets if not (document.parent / target).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=_name)
def test_paths_in_documents_exist(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    folders = {path.name for path in ROOT.iterdir()}
    paths = [path for path in FILE.findall(text) + FOLDER.findall(text) if path.split("/")[0] in folders]
    assert [path for path in paths if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("decision", DECISIONS, ids=_name)
def test_decisions_have_one_format(decision: Path) -> None:
    text = decision.read_text(encoding="utf-8")
    assert re.match(rf"# {int(decision.name[:4])}\. .+\n\n\*\*Status\*\*: ", text)
    sections = re.findall(r"^## (.+)$", text, re.MULTILINE)
    assert sections in (SECTIONS, [*SECTIONS, "Alternatives"])
