"""The playground's example queries fit the schema."""

from pathlib import Path

import pytest
from graphql import parse, validate

import schema
from tests.live_servers import ROOT

EXAMPLES = sorted((ROOT / "web" / "playground" / "src" / "examples").glob("*.graphql"))


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.stem)
def test_an_example_is_valid_and_is_in_the_built_page(example: Path) -> None:
    text = example.read_text(encoding="utf-8")
    assert validate(schema.schema._schema, parse(text)) == []
    built = [
        path.read_text(encoding="utf-8")
        for path in (ROOT / "web" / "playground" / "dist").rglob("index-*.js")
    ]
    # The bundler writes the text as one literal; its first line is found again unless the build is stale.
    assert any(text.splitlines()[-3].strip() in script and text.splitlines()[0] in script for script in built)
