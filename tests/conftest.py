"""Loads the fixtures and lets Python write bytecode files."""

import gc
import os
import sys

import pytest

# Where the environment forbids bytecode files, as in images of containers, each worker and each command
# that a test starts would compile hundreds of modules anew, for seconds.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


def pytest_configure(config: pytest.Config) -> None:
    if not _only_distributes_tests(config):
        gc.disable()
        config.pluginmanager.import_plugin("tests.fixtures")


def pytest_collection_finish() -> None:
    # Imported modules stay: collecting them again and again would take a twentieth of the run.
    gc.freeze()
    gc.enable()


def _only_distributes_tests(config: pytest.Config) -> bool:
    """Whether this process runs no test itself: importing the product would only delay the workers."""
    return bool(config.getoption("numprocesses", None)) and not hasattr(config, "workerinput")
