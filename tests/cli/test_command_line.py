"""`main.py`: its commands, and what production refuses."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.database_templates import copy_migrated_sqlite
from tests.fakes import key_pem
from tests.forked_commands import ROOT, run_command

pytestmark = pytest.mark.processes


def run(*arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """The command with nothing but these settings."""
    environment = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), **settings}
    return run_command(*arguments, environment=environment)


@pytest.fixture
def migrated(tmp_path: Path) -> Path:
    """A data folder with a copy of a migrated database: to migrate takes seconds, and one test does it."""
    copy_migrated_sqlite(tmp_path / "vitrin.sqlite3")
    return tmp_path


@pytest.fixture
def production(tmp_path: Path) -> dict[str, str]:
    """All that production asks for."""
    (tmp_path / "key.pem").write_bytes(key_pem())
    (tmp_path / "key.pem").chmod(0o600)
    return {
        "ENVIRONMENT": "production",
        "DATA_FOLDER": str(tmp_path),
        "SMS_GATEWAY": "kavenegar",
        "KAVENEGAR_API_KEY": "k",
        "JWT_KEY_FILES": str(tmp_path / "key.pem"),
        "LOGIN_CODE_KEY": "s" * 32,
        "PAYMENT_GATEWAY": "zarinpal",
        "ZARINPAL_MERCHANT_ID": "m",
        "PUBLIC_URL": "https://shop.example",
    }


@pytest.mark.parametrize(
    ("missing", "named"),
    [
        ({"SMS_GATEWAY": "console"}, "SMS_GATEWAY"),
        ({"JWT_KEY_FILES": ""}, "JWT_KEY_FILES"),
        ({"LOGIN_CODE_KEY": ""}, "LOGIN_CODE_KEY"),
        ({"KAVENEGAR_API_KEY": ""}, "KAVENEGAR_API_KEY"),
        ({"PAYMENT_GATEWAY": "sandbox"}, "PAYMENT_GATEWAY"),
        ({"ZARINPAL_MERCHANT_ID": ""}, "ZARINPAL_MERCHANT_ID"),
        ({"PUBLIC_URL": ""}, "PUBLIC_URL"),
    ],
)
def test_production_refuses_to_start_and_names_the_setting(
    missing: dict[str, str], named: str, production: dict[str, str]
) -> None:
    refused = run("serve", **{**production, **missing})
    assert refused.returncode == 1
    assert named in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_broken_file_of_trusted_documents_is_named(migrated: Path) -> None:
    file = migrated / "documents.json"
    refused = run("serve", DATA_FOLDER=str(migrated), PORT="0", GRAPHQL_TRUSTED_DOCUMENTS=str(file))
    assert refused.returncode == 1
    assert str(file) in refused.stderr
    assert "Traceback" not in refused.stderr


def test_production_refuses_the_demo_s_data(production: dict[str, str], migrated: Path) -> None:
    assert run("demo", DATA_FOLDER=str(migrated)).returncode == 0
    refused = run("serve", **production)
    assert refused.returncode == 1
    assert "demo" in refused.stderr
    assert "DATABASE_URL" in refused.stderr


def test_production_prints_no_token_and_loads_no_demo(production: dict[str, str]) -> None:
    assert "ENVIRONMENT=development" in run("token", "09011235566", **production).stderr
    assert "ENVIRONMENT=development" in run("demo", **production).stderr


def test_a_malformed_setting_is_named_without_a_traceback(tmp_path: Path) -> None:
    refused = run("migrate", DATA_FOLDER=str(tmp_path), PORT="many")
    assert refused.returncode == 1
    assert "PORT" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_the_demo_is_not_loaded_into_a_database_with_users(tmp_path: Path) -> None:
    first, second = (run("demo", DATA_FOLDER=str(tmp_path)) for _ in range(2))
    assert (first.returncode, second.returncode) == (0, 1)
    assert "Traceback" not in second.stderr


def test_a_token_of_an_unknown_mobile_is_refused(migrated: Path) -> None:
    run("demo", DATA_FOLDER=str(migrated))
    unknown, known = (
        run("token", mobile, DATA_FOLDER=str(migrated)) for mobile in ("09350000000", "+989011235566")
    )
    assert (unknown.returncode, unknown.stdout) == (1, "")
    assert known.stdout.count(".") == 2


def test_the_exported_schema_is_the_committed_one(tmp_path: Path) -> None:
    exported = run("export-schema", DATA_FOLDER=str(tmp_path)).stdout
    assert exported == (ROOT / "schema" / "schema.graphql").read_text(encoding="utf-8")


def test_admin_create_creates_or_promotes_a_user_and_prints_one_line(migrated: Path) -> None:
    created, promoted, unchanged = (
        run("admin", "create", "09381112233", *role, DATA_FOLDER=str(migrated))
        for role in (["--role", "support"], [], [])
    )
    assert (created.returncode, created.stdout) == (0, "user 1, 0938****233, created as support\n")
    assert promoted.stdout == "user 1, 0938****233, is now owner, was support\n"
    assert unchanged.stdout == "user 1, 0938****233, is already owner\n"


def test_admin_create_refuses_a_malformed_mobile_and_an_unknown_role(migrated: Path) -> None:
    malformed = run("admin", "create", "0938", DATA_FOLDER=str(migrated))
    unknown = run("admin", "create", "09381112233", "--role", "user", DATA_FOLDER=str(migrated))
    assert (malformed.returncode, unknown.returncode) == (1, 2)
    assert "Traceback" not in malformed.stderr + unknown.stderr


def test_an_expected_failure_is_one_line_with_the_remedy(tmp_path: Path, subtests: pytest.Subtests) -> None:
    taken = socket.create_server(("127.0.0.1", 0))
    port = taken.getsockname()[1]
    not_a_database = tmp_path / "text.sqlite3"
    not_a_database.write_text("no database at all, but longer than a header of SQLite's" * 9)
    cases = {
        "a missing folder": (("audit",), f"sqlite://{tmp_path}/none/shop.sqlite3", {}, "unable to open"),
        "an empty database": (("audit",), f"sqlite://{tmp_path}/new.sqlite3", {}, "main.py migrate"),
        "no database at all": (("audit",), f"sqlite://{not_a_database}", {}, "not a database"),
        "a server that is away": (("audit",), "postgres://u:p@127.0.0.1:1/d", {}, "127.0.0.1"),
        "a setting that cannot be read": (
            ("audit",),
            f"sqlite://{tmp_path}/shop.sqlite3",
            {"KAVENEGAR_URL": "notaurl", "PORT": "many"},
            "KAVENEGAR_URL: must be a URL",
        ),
        "an option that cannot be read": (("migrate",), "postgres://h/d?sslmode=maybe", {}, "sslmode"),
        "a port that is taken": (
            ("worker",),
            f"sqlite://{tmp_path}/shop.sqlite3",
            {"WORKER_PORT": str(port)},
            "WORKER_PORT",
        ),
    }
    for name, (command, url, settings, hint) in cases.items():
        with subtests.test(name):
            failed = run(*command, DATABASE_URL=url, DATA_FOLDER=str(tmp_path), **settings)
            assert failed.returncode == 1
            assert hint in failed.stderr
            assert len([line for line in failed.stderr.splitlines() if line.startswith("vitrin: ")]) == 1
            assert "Traceback" not in failed.stderr
            assert failed.stdout == ""
    taken.close()


def test_an_ascii_terminal_ends_neither_help_nor_the_schema() -> None:
    for command in ("--help", "export-schema"):
        printed = subprocess.run(
            [sys.executable, "main.py", command],
            cwd=ROOT,
            env={"PATH": "", "PYTHONIOENCODING": "ascii"},
            capture_output=True,
            text=True,
        )
        assert (printed.returncode, printed.stderr) == (0, "")
