"""The outside world: each service the shop calls, behind a protocol."""

import sys
from types import ModuleType


def main() -> None:
    """In place of httpx's own command line, which nobody here calls."""
    raise SystemExit("httpx's command line is left out")


# With it httpx would load rich and pygments: 5 MB in every process.
_command_line = ModuleType("httpx._main")
_command_line.main = main  # type: ignore[attr-defined] # the one name that httpx takes from it
sys.modules.setdefault(_command_line.__name__, _command_line)
