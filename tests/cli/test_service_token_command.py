"""`main.py service-token`: making a token that works, listing it without it, ending it, and refusals."""

import subprocess
from pathlib import Path

import pytest

from tests.cli.test_command_line import run
from tests.database_templates import copy_migrated_sqlite

pytestmark = pytest.mark.processes
OWNER = "09381112233"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A data folder with an owner."""
    copy_migrated_sqlite(tmp_path / "vitrin.sqlite3")
    assert command(tmp_path, "admin", "create", OWNER).returncode == 0
    return tmp_path


def command(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return run(*arguments, DATA_FOLDER=str(folder), LOG_LEVEL="ERROR", SECURITY_LOG_FILE=str(folder / "log"))


def test_a_token_is_printed_once_listed_and_revoked(folder: Path) -> None:
    created = command(
        folder,
        "service-token",
        "create",
        OWNER,
        "nightly report",
        "--permission",
        "read_figures",
        "--days",
        "7",
    )
    assert created.returncode == 0, created.stderr
    token = created.stdout.strip()
    assert token.count(".") == 2

    [line] = command(folder, "service-token", "list").stdout.splitlines()
    assert token not in line
    token_id, _, rest = line.partition("  ")
    assert rest.startswith("nightly report  user 1  until ")
    assert rest.endswith("read_figures")

    assert command(folder, "service-token", "revoke", token_id).stdout == f"revoked: {line}\n"
    assert command(folder, "service-token", "list").stdout == "no service tokens\n"
    again = command(folder, "service-token", "revoke", token_id)
    assert (again.returncode, again.stderr) == (1, f"vitrin: no valid token has the id {token_id}\n")
    events = (folder / "log").read_text(encoding="utf-8")
    assert [
        name in events for name in ("role.changed", "service_token.created", "service_token.revoked")
    ] == [
        True,
        True,
        True,
    ]
    assert token not in events


def test_a_refusal_is_one_line(folder: Path, subtests: pytest.Subtests) -> None:
    assert command(folder, "admin", "create", "09381112244", "--role", "manager").returncode == 0
    create = ("service-token", "create")
    provided = ("--permission", "read_figures")
    for arguments, message in (
        ((*create, "123", "x", *provided), "123 is not an Iranian mobile number"),
        (
            (*create, "09381112244", "x", *provided),
            "no owner has the mobile number 09381112244; see main.py admin create",
        ),
        ((*create, OWNER, " ", *provided), "the name must have 1 to 100 characters"),
        ((*create, OWNER, "x"), "at least one --permission is required"),
        ((*create, OWNER, "x", *provided, "--days", "366"), "give 1 to 365 days"),
    ):
        with subtests.test(message):
            refused = command(folder, *arguments)
            assert (refused.returncode, refused.stdout) == (1, "")
            assert refused.stderr.splitlines() == [f"vitrin: {message}"]
    ungrantable = command(folder, *create, OWNER, "x", "--permission", "change_roles")
    assert ungrantable.returncode == 2
