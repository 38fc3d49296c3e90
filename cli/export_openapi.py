"""The command `export-openapi`."""

import argparse
import sys

from config.settings import Settings
from rest_compat.openapi.document import encode_document


def run(settings: Settings, _: argparse.Namespace) -> None:
    """Print the OpenAPI document of the REST API."""
    sys.stdout.write(encode_document(settings.effective_public_url).decode())
