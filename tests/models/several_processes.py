"""Runs one piece of Python in several processes that begin at the same moment."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
_HEAD = """
import asyncio, sys
from models import Category, database
from tortoise.transactions import in_transaction
print("ready", flush=True)
sys.stdin.readline()
"""


def run_together(code: str, *, url: str, processes: int = 4) -> list[str]:
    """What each process printed; `code` finds the database's URL in `sys.argv[1]`.

    Raises AssertionError with the standard error of one that failed.
    """
    command = [sys.executable, "-c", _HEAD + code, url]
    started = [
        subprocess.Popen(
            command,
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(processes)
    ]
    for process in started:
        assert process.stdout is not None
        process.stdout.readline()
    finished = [process.communicate("go\n", timeout=120) for process in started]
    for process, (_, errors) in zip(started, finished, strict=True):
        assert process.returncode == 0, errors
    return [output.strip() for output, _ in finished]
