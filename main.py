"""Command line of Vitrin: `main.py` serves, `main.py --help` tells the rest."""

import argparse
from types import ModuleType

from pydantic import ValidationError

from commands import (
    admin,
    audit,
    demo,
    export,
    export_openapi,
    export_schema,
    import_legacy,
    migrate,
    providers,
    serve,
    token,
    worker,
)
from config.settings import Settings, UnsafeInProduction, described_settings
from demo.loader import DatabaseNotEmpty
from domain.tokens import InvalidKey
from engine.persisted import BadManifest
from observation import logging, sentry
from observation.packages import MissingPackage

_COMMANDS: dict[str, ModuleType] = {
    "serve": serve,
    "worker": worker,
    "migrate": migrate,
    "demo": demo,
    "token": token,
    "admin": admin,
    "audit": audit,
    "export": export,
    "import-legacy": import_legacy,
    "providers": providers,
    "export-schema": export_schema,
    "export-openapi": export_openapi,
}
# Each says by itself what is wrong.
_REFUSALS = (
    UnsafeInProduction,
    ValidationError,
    DatabaseNotEmpty,
    InvalidKey,
    BadManifest,
    MissingPackage,
)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="main.py",
        description="Vitrin: the backend of a shop for social-media services.",
        epilog=_settings_help(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=serve.run)
    commands = parser.add_subparsers(title="commands", metavar="command")
    for name, module in _COMMANDS.items():
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
    arguments = _parser().parse_args()
    try:
        settings = Settings()
        logging.configure(settings.log_level, settings.log_format)
        sentry.start(settings)
        arguments.run(settings, arguments)
    except _REFUSALS as refusal:
        raise SystemExit(f"vitrin: {refusal}") from refusal
    except OSError as error:
        # Key files that are missing, a port that is taken, a database host that does not answer.
        raise SystemExit(f"vitrin: {error}") from error


if __name__ == "__main__":
    main()
