"""The documents' examples and tables match the product."""

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from config.settings import describe_settings
from domain import panel_api_vocabulary
from domain.permissions import ROLE_PERMISSIONS, Permission
from domain.roles import UserRole
from reseller_api import errors
from tests.fixtures import new_token
from tests.live_servers import ROOT, LiveServer

pytestmark = pytest.mark.processes


def test_operating_md_lists_every_setting_with_its_default_and_meaning() -> None:
    text = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
    rows = [
        f"| `{name}` | {f'`{default}`' if default else ''} | {meaning} |"
        for name, default, meaning in describe_settings()
    ]
    assert [row for row in rows if row not in text] == []


def test_help_lists_every_setting() -> None:
    run = subprocess.run(
        [sys.executable, "main.py", "--help"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert [name for name, _, _ in describe_settings() if name not in run.stdout] == []


def find_examples(document: str) -> list[tuple[str, str]]:
    """The commands of a document, each with the answer that it shows."""
    text = (ROOT / document).read_text(encoding="utf-8")
    return re.findall(r"```console\n\$ (.+)\n(.+)\n```", text)


def run_command(command: str, server: LiveServer) -> str:
    """The output of a document's command, sent to `server`."""
    command = command.replace("http://127.0.0.1:8000", server.url)
    return subprocess.run(shlex.split(command), capture_output=True, check=True).stdout.decode()


def test_the_readme_s_commands_give_the_answers_that_it_shows(tmp_path: Path) -> None:
    shown = find_examples("README.md")
    assert len(shown) == 2
    # A server of its own, because responses contain the caller's remaining points.
    with LiveServer(tmp_path) as server:
        for command, answer in shown:
            assert _without_balance(run_command(command, server)) == _without_balance(answer)


def _without_balance(answer: str) -> str:
    """The answer but for the points left, which grow again by the millisecond."""
    return re.sub(r'"remaining":[0-9]+', '"remaining":…', answer)


def test_the_reseller_api_s_commands_give_the_answers_that_their_document_shows(tmp_path: Path) -> None:
    shown = find_examples("docs/reseller-api.md")
    assert len(shown) == 3
    with LiveServer(tmp_path) as server:
        ask = f"curl -s {server.url}/graphql -H 'Authorization: Bearer {new_token(server)}'"
        query = '{"query": "mutation { act: rotateApiKey { ... on ApiKey { key } } }"}'
        created = run_command(f"{ask} -H 'Content-Type: application/json' -d '{query}'", server)
        key = json.loads(created)["data"]["act"]["key"]
        for command, answer in shown:
            assert run_command(command.replace("$KEY", key), server) == answer


def test_the_reseller_api_s_document_lists_every_message_and_type() -> None:
    text = (ROOT / "docs" / "reseller-api.md").read_text(encoding="utf-8")
    beginnings = [re.split(r",|\.| \{", message)[0] for message in errors.MESSAGES.values()]
    assert [beginning for beginning in beginnings if beginning not in text] == []
    assert [term for term in panel_api_vocabulary.SERVICE_TYPES.values() if term not in text] == []


def test_staff_md_lists_every_permission_with_its_roles() -> None:
    text = (ROOT / "docs" / "staff.md").read_text(encoding="utf-8")
    staff = [role for role in UserRole if role is not UserRole.USER]
    rows = [
        f"| `{permission.name}` | "
        + " | ".join("yes" if permission in ROLE_PERMISSIONS[role] else "" for role in staff)
        + " |"
        for permission in Permission
    ]
    assert [row for row in rows if row not in text] == []
