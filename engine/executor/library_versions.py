"""The library versions that the compiled execution was tested with.

It overrides methods and reads attributes that graphql-core and Strawberry may change in any release.
"""

from collections.abc import Mapping
from importlib.metadata import version

TESTED_VERSIONS: Mapping[str, str] = {"graphql-core": "3.3.2", "strawberry-graphql": "0.341.2"}


def find_untested_versions(tested: Mapping[str, str] = TESTED_VERSIONS) -> dict[str, str]:
    """The installed versions, by library, that differ from the tested ones."""
    installed = {library: version(library) for library in tested}
    return {library: found for library, found in installed.items() if found != tested[library]}
