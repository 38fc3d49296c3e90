"""Command line of Vitrin: `main.py` serves, `main.py --help` lists the rest."""

import argparse
import importlib
import io
import sys

from pydantic import ValidationError

from config.errors import UsageError
from config.settings import Settings, describe_settings
from observability import logging, security_log, sentry

_DEFAULT = "serve"
_INTERRUPTED = 130  # 128 and SIGINT, as shells report it
_COMMANDS = (
    "serve",
    "worker",
    "migrate",
    "demo",
    "token",
    "admin",
    "service-token",
    "audit",
    "export",
    "import-legacy",
    "providers",
    "export-schema",
    "export-openapi",
)


def _build_parser(requested: list[str]) -> argparse.ArgumentParser:
    """A parser of the command that is asked for, of all where help is."""
    parser = argparse.ArgumentParser(
        prog="main.py",
        description="Vitrin: backend for a social-media-marketing shop.",
        epilog=_format_settings_help(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(title="commands", metavar="command")
    # Loading all of them takes longer than most of them run.
    for name in _COMMANDS if requested[0] not in _COMMANDS else requested[:1]:
        module = importlib.import_module(f"cli.{name.replace('-', '_')}")
        command = commands.add_parser(name, help=module.run.__doc__, description=module.run.__doc__)
        command.set_defaults(run=module.run)
        if add_arguments := getattr(module, "add_arguments", None):
            add_arguments(command)
    return parser


def _format_settings_help() -> str:
    rows = [f"  {name:<26} {meaning} [{default}]" for name, default, meaning in describe_settings()]
    return "\n".join(["settings by environment variable [default]:", *rows])


def _format_settings_error(error: ValidationError) -> str:
    """One line that names each invalid variable and the error."""
    faults = []
    for fault in error.errors(include_url=False, include_input=False, include_context=False):
        variable = "_".join(map(str, fault["loc"])).upper()
        sentence = fault["msg"].removeprefix("Value error, ")
        faults.append(f"{variable}: {sentence}" if variable and variable not in sentence else sentence)
    return "; ".join(faults)


def main() -> None:
    """Run the command line."""
    for stream in (sys.stdout, sys.stderr):
        # Schemas, exports and help contain Persian; a terminal set to ASCII must not make them fail.
        if isinstance(stream, io.TextIOWrapper) and stream.encoding.lower() != "utf-8":
            stream.reconfigure(encoding="utf-8")
    raw_arguments = sys.argv[1:] or [_DEFAULT]
    arguments = _build_parser(raw_arguments).parse_args(raw_arguments)
    try:
        settings = Settings()
        logging.configure(settings.log_level, settings.log_format)
        security_log.configure(settings.security_log_file)
        sentry.start(settings)
        arguments.run(settings, arguments)
    except UsageError as error:
        raise SystemExit(f"vitrin: {error}") from error
    except ValidationError as error:
        raise SystemExit(f"vitrin: {_format_settings_error(error)}") from error
    except KeyboardInterrupt:
        print("vitrin: interrupted", file=sys.stderr)
        raise SystemExit(_INTERRUPTED) from None
    except Exception as error:
        # Imported late: most runs never need what it imports.
        from cli.error_messages import describe_failure

        line = describe_failure(error)
        if line is None:
            raise
        raise SystemExit(f"vitrin: {line}") from error


if __name__ == "__main__":
    main()
