"""The parts of docs/performance.md that programs write, each between two marks."""

from pathlib import Path

from benchmarks.paths import ROOT

DOCUMENT = ROOT / "docs" / "performance.md"


def get_markers(name: str) -> tuple[str, str]:
    """The text before and after the section `name`."""
    return f"<!-- {name}: written by benchmarks/ -->", f"<!-- end of {name} -->"


def replace_section(text: str, name: str, content: str) -> str:
    """`text` with the section's content replaced.

    Raises:
        ValueError: the text has no such section.
    """
    begin, end = get_markers(name)
    before, found, rest = text.partition(begin)
    _, closed, after = rest.partition(end)
    if not found or not closed:
        raise ValueError(f"there is no section between {begin} and {end}")
    return f"{before}{begin}\n\n{content.strip()}\n\n{end}{after}"


def require_section(name: str, *, document: Path = DOCUMENT) -> None:
    """Raises ValueError where the document has no such section: better before measuring than after."""
    replace_section(document.read_text(encoding="utf-8"), name, "")


def write_section(name: str, content: str, *, document: Path = DOCUMENT) -> None:
    """Exchange a section of the document."""
    text = replace_section(document.read_text(encoding="utf-8"), name, content)
    document.write_text(text, encoding="utf-8")
