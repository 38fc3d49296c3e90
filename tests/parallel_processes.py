"""Runs one piece of Python in several processes that start simultaneously."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
_GATE = """
import sys

def wait_for_the_others():
    print("ready", flush=True)
    sys.stdin.readline()
"""


def run_together(code: str, *, argument: str, processes: int = 4) -> list[str]:
    """What each process printed.

    `code` calls `wait_for_the_others()` after its imports, and finds `argument` in `sys.argv[1]`.
    Raises AssertionError with the standard error of a process that failed.
    """
    command = [sys.executable, "-c", _GATE + code, argument]
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
    for process in started:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    finished = [process.communicate(timeout=120) for process in started]
    for process, (_, errors) in zip(started, finished, strict=True):
        assert process.returncode == 0, errors
    return [output.strip() for output, _ in finished]
