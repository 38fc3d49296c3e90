"""Command line of Vitrin: `main.py` serves, `main.py --help` tells the rest."""

import argparse
import importlib
import sys

from pydantic import ValidationError

from config.refusals import CannotRun
from config.settings import Settings, described_settings
from observation import logging, security_log, sentry

_DEFAULT = "serve"
_COMMANDS = (
    "serve",
    "worker",
    "migrate",
    "demo",
    "token",
    "admin",
    "audit",
    "export",
    "import-legacy",
    "providers",
    "export-schema",
    "export-openapi",
)


def _parser(asked: list[str]) -> argparse.ArgumentParser:
    """A parser of the command that is asked for, of all where help is."""
    parser = argparse.ArgumentParser(
        prog="main.py",
        description="Vitrin: the backend of a shop for social-media services.",
        epilog=_settings_help(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(title="commands", metavar="command")
    # Loading all of them takes longer than what most of them do.
    for name in _COMMANDS if asked[0] not in _COMMANDS else asked[:1]:
        module = importlib.import_module(f"commands.{name.replace('-', '_')}")
        command = commands.add_parser(name, help=module.run.__doc__, description=module.run.__doc__)
        command.set_defaults(run=module.run)
        if add_arguments := getattr(module, "add_arguments", None):
            add_arguments(command)
    return parser


def _settings_help() -> str:
    rows = [f"  {name:<26} {meaning} [{default}]" for name, default, meaning in described_settings()]
    return "\n".join(["settings, by environment variable [default]:", *rows])


def main() -> None:
    """Run the command line."""
    asked = sys.argv[1:] or [_DEFAULT]
    arguments = _parser(asked).parse_args(asked)
    try:
        settings = Settings()
        logging.configure(settings.log_level, settings.log_format)
        security_log.configure(settings.security_log_file)
        sentry.start(settings)
        arguments.run(settings, arguments)
    except (CannotRun, ValidationError) as refusal:
        raise SystemExit(f"vitrin: {refusal}") from refusal
    except OSError as error:
        # Key files that are missing, a port that is taken, a database host that does not answer.
        raise SystemExit(f"vitrin: {error}") from error


if __name__ == "__main__":
    main()
