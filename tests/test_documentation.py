"""What the documents say is what the product does."""

import subprocess
import sys

from config.settings import described_settings
from tests.conftest import ROOT


def test_operating_md_lists_every_setting_with_its_default_and_meaning() -> None:
    text = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
    rows = [
        f"| `{name}` | {f'`{default}`' if default else ''} | {meaning} |"
        for name, default, meaning in described_settings()
    ]
    assert [row for row in rows if row not in text] == []


def test_help_lists_every_setting() -> None:
    run = subprocess.run(
        [sys.executable, "main.py", "--help"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert [name for name, _, _ in described_settings() if name not in run.stdout] == []
