"""docs/architecture.md shows the code as it is."""

import re
from pathlib import Path

from tests import architecture

TEXT = architecture.PAGE.read_text(encoding="utf-8")


def test_the_pictures_are_those_of_the_code() -> None:
    assert architecture.redraw(TEXT) == TEXT, "run: uv run python -m tests.architecture"


def test_every_step_of_an_order_is_connected() -> None:
    _, _, picture = architecture.draw_order().partition("orders[(orders)]")
    ends = set(re.findall(r"\bf\d+\b", picture))

    assert ends == {f"f{number}" for number in range(len(architecture.ORDER_STEPS))}


def test_every_place_in_the_table_exists() -> None:
    _, _, table = TEXT.partition("## Where is …")
    places = re.findall(r"`([\w/]+\.py)`(?:: ((?:`\w+`(?:, )?)+))?", table)
    missing = [
        f"{file}: {name}"
        for file, names in places
        for name in re.findall(r"\w+", names) or [""]
        if not is_defined(file, name)
    ]

    assert len(places) > 30
    assert missing == []


def is_defined(file: str, name: str) -> bool:
    """Whether the file exists and, if a name is given, defines it."""
    if not (architecture.ROOT / file).is_file():
        return False
    return not name or name in architecture.read_definitions(".".join(Path(file).with_suffix("").parts))
