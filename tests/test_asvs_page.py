"""docs/asvs.md: each requirement once, in order, with a state, and no file that is not there."""

import re
from collections import Counter

from tests.live_servers import ROOT

PAGE = (ROOT / "docs" / "asvs.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| (\d+\.\d+\.\d+) \| (.+?) \| (.+?) \| (.+) \|$", PAGE, re.MULTILINE)
# Requirements of levels 1 and 2 in ASVS 5.0.0, by chapter.
IN_CHAPTER = {
    1: 27,
    2: 11,
    3: 19,
    4: 10,
    5: 9,
    6: 35,
    7: 18,
    8: 7,
    9: 7,
    10: 29,
    11: 14,
    12: 9,
    13: 13,
    14: 9,
    15: 13,
    16: 16,
    17: 7,
}
SUFFIXES = ("py", "md", "toml", "css", "js", "graphql", "html")


def test_every_requirement_of_levels_1_and_2_is_there_once_and_in_order() -> None:
    numbers = [tuple(map(int, number.split("."))) for number, *_ in ROWS]
    assert numbers == sorted(set(numbers))
    assert Counter(chapter for chapter, *_ in numbers) == IN_CHAPTER


def test_the_figures_at_the_top_are_those_of_the_tables() -> None:
    states = Counter(state for _, _, state, _ in ROWS)
    assert set(states) == {"met", "not met", "n/a"}
    reported = re.search(
        r"Of (\d+) requirements (\d+) are met, (\d+) do not apply .*?(\d+) are not met", PAGE, re.DOTALL
    )
    assert reported is not None
    assert list(map(int, reported.groups())) == [
        len(ROWS),
        states["met"],
        states["n/a"],
        states["not met"],
    ]
    text = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    assert f"{states['met']} met, {states['n/a']} not applicable, {states['not met']} not met" in text


def test_every_file_that_it_names_exists() -> None:
    named = {name for name in re.findall(r"`([\w./-]+)`", PAGE) if "/" in name or name.endswith(SUFFIXES)}
    files = {name for name in named if not name.startswith("/") and (ROOT / name.split("/")[0]).exists()}
    assert len(files) > 60
    assert [name for name in sorted(files) if not (ROOT / name).exists()] == []
    linked = set(re.findall(r"\]\(([\w./-]+)\)", PAGE))
    assert [name for name in sorted(linked) if not (ROOT / "docs" / name).exists()] == []
