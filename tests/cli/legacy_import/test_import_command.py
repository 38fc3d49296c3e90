"""`main.py import-legacy`: what it prints and how it exits."""

import json
from pathlib import Path

import pytest

from tests.cli.legacy_import.legacy_folders import write_folder
from tests.cli.test_command_line import run

pytestmark = [pytest.mark.both_databases, pytest.mark.processes]


def test_the_command_imports_and_reports_sums_and_rejected_rows(tmp_path: Path) -> None:
    folder, data = tmp_path / "panel", {"DATA_FOLDER": str(tmp_path / "data")}
    folder.mkdir()
    write_folder(folder, orders=[{"id": 1}, {"id": 2, "uid": 9, "link": "a\nb"}, {"id": "=1"}])
    done = run("import-legacy", str(folder), "--json", **data)
    assert (done.returncode, done.stderr) == (3, "")
    summary = json.loads(done.stdout)
    assert summary["tables"]["orders"] == {"written": 1, "rejected": 2, "corrected": 0}
    assert summary["balances"]["imported"] == 352
    assert (folder / "rejects.csv").read_text(encoding="utf-8-sig").splitlines() == [
        "table,line,id,outcome,reason",
        "orders,3,2,rejected,uid: there is no user 9",
        "orders,5,'=1,rejected,id is no whole number: '=1'",
    ]
    again = run("import-legacy", str(folder), **data)
    assert again.returncode == 3
    assert "nothing was changed" in again.stdout


def test_a_folder_without_its_files_is_refused_before_a_database_is_created(tmp_path: Path) -> None:
    refused = run("import-legacy", str(tmp_path), DATA_FOLDER=str(tmp_path / "data"))
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "users.csv is missing" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert not (tmp_path / "data").exists()
