"""What the figures were taken on."""

import os
import platform
import re
import subprocess
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import installation


def describe_machine() -> dict[str, str]:
    """The machine and every version that matters, in words."""
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "CPU": f"{_read_cpu_model()}, {os.cpu_count()} cores, {platform.machine()}",
        "memory": f"{_read_memory_gibibytes():.0f} GiB",
        "system": f"{_read_system()}, Linux {platform.release().split('-')[0]}",
        "Python": platform.python_version(),
        "Node": _read_version("node", "--version"),
        "Node of PostGraphile": _read_version(installation.find_postgraphile_node(), "--version"),
        "PostgreSQL": _read_version(str(installation.find_postgres_binaries() / "postgres"), "--version"),
        "wrk": _read_version("wrk", "-v"),
        **installation.get_peer_versions(),
    }


def read_load_average() -> float:
    """The load average of the last minute: how busy the machine was before the run."""
    return os.getloadavg()[0]


def _read_cpu_model() -> str:
    found = re.search(r"model name\s*:\s*(.+)", Path("/proc/cpuinfo").read_text(encoding="utf-8"))
    return found[1] if found else platform.processor() or "unknown CPU"


def _read_memory_gibibytes() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30


def _read_system() -> str:
    return platform.freedesktop_os_release().get("PRETTY_NAME", "unknown system")


def _read_version(program: str, option: str) -> str:
    # wrk prints its version and exits with 1.
    completed = subprocess.run([program, option], capture_output=True, text=True, check=False)
    found = re.search(r"\d+(?:\.\d+)+", completed.stdout + completed.stderr)
    return found[0] if found else "unknown"
