"""The differential suite on the newest graphql-core and strawberry-graphql.

`uv run python -m tests.engine.executor.newest_libraries` installs them, whatever pyproject.toml pins, into a
temporary environment beside everything else as it is here, and runs the suite with more random documents.
Every operation runs by the compiled engine from its second run on, and the test
`test_a_fitting_list_is_completed_by_generated_code` fails where nothing is compiled. Prints the versions and
the result, and exits with pytest's status. Needs a package registry.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).parents[3]
SUBJECTS = ("graphql-core", "strawberry-graphql")
SUITE = ("test_compiler.py", "test_edge_case_operations.py", "test_prepared_resolvers.py")


def main() -> None:
    """Install, run, print, exit."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.engine.executor.newest_libraries", description=__doc__
    )
    parser.add_argument("--queries", type=int, default=500, help="random queries")
    parser.add_argument("--prereleases", action="store_true", help="install alphas, betas and candidates too")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="vitrin-canary-") as folder:
        python = _environment(Path(folder), prereleases=arguments.prereleases)
        versions = _versions(python)
        print(f"canary: {versions}", flush=True)
        status = _run_suite(python, queries=arguments.queries)
    print(f"canary: {versions}: {'passed' if status == 0 else 'FAILED'}", flush=True)
    sys.exit(status)


def _environment(folder: Path, *, prereleases: bool) -> str:
    """A Python with the installed packages of this one, and the newest of `SUBJECTS`."""
    others = folder / "requirements.txt"
    installed = sorted(f"{one.name}=={one.version}" for one in metadata.distributions())
    others.write_text("\n".join(pin for pin in installed if not pin.startswith(SUBJECTS)), encoding="utf-8")
    python = folder / "environment" / "bin" / "python"
    # Away from the project, whose pins and constraints uv would follow.
    _uv("venv", "--quiet", "--python", sys.executable, str(python.parents[1]), folder=folder)
    options = ["--prerelease", "allow"] if prereleases else []
    install = ["pip", "install", "--quiet", "--python", str(python), *options]
    _uv(*install, "--requirement", str(others), *SUBJECTS, folder=folder)
    return str(python)


def _uv(*arguments: str, folder: Path) -> None:
    subprocess.run(["uv", *arguments], check=True, cwd=folder)


def _versions(python: str) -> str:
    script = f"import importlib.metadata as m, json; print(json.dumps([m.version(n) for n in {SUBJECTS!r}]))"
    done = subprocess.run([python, "-c", script], check=True, stdout=subprocess.PIPE, text=True)
    return ", ".join(map(" ".join, zip(SUBJECTS, json.loads(done.stdout), strict=True)))


def _run_suite(python: str, *, queries: int) -> int:
    files = [str(Path(__file__).with_name(name)) for name in SUITE]
    environment = {**os.environ, "DIFFERENTIAL_QUERIES": str(queries)}
    command = [python, "-m", "pytest", "-n", "0", "-q", "-p", "no:cacheprovider", *files]
    return subprocess.run(command, check=False, cwd=ROOT, env=environment).returncode


if __name__ == "__main__":
    main()
