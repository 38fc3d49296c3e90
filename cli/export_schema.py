"""The command `export-schema`."""

import argparse

import schema
from config.settings import Settings


def run(_: Settings, __: argparse.Namespace) -> None:
    """Print the GraphQL schema."""
    print(schema.print_sdl(), end="")
