"""Where things are, and which core does what."""

import os
from pathlib import Path

ROOT = Path(__file__).parents[1]
PEERS = Path(__file__).parent / "peers"
SQL = PEERS / "sql"
NODE_FOLDER = PEERS / "node"
PYTHON_FOLDER = PEERS / "python"
PYTHON = PYTHON_FOLDER / ".venv" / "bin" / "python"

_CORES = sorted(os.sched_getaffinity(0))
SERVER_CORE = _CORES[0]
"""The core on which one server at a time runs, and nothing else of ours."""
LOAD_CORE = _CORES[1 % len(_CORES)]
"""PostgreSQL, wrk and these programs run here."""


def pin_to_core(command: list[str], *, core: int) -> list[str]:
    """`command` such that it and its children stay on one core."""
    return ["taskset", "-c", str(core), *command]
