"""What the documents say is what the product does."""

import re
import shlex
import subprocess
import sys

from config.settings import described_settings
from tests.live_servers import ROOT, LiveServer


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


def test_the_readme_s_commands_give_the_answers_that_it_shows(live_server: LiveServer) -> None:
    shown = re.findall(r"```console\n\$ (.+)\n(.+)\n```", (ROOT / "README.md").read_text(encoding="utf-8"))
    assert len(shown) == 2
    for command, answer in shown:
        run = subprocess.run(
            shlex.split(command.replace("http://127.0.0.1:8000", live_server.url)),
            capture_output=True,
            check=True,
        )
        assert run.stdout.decode() == answer
