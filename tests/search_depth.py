"""How far random searches go: a little in the plain run, further where SEARCH_DEPTH says so."""

import os

DEPTH = int(os.environ.get("SEARCH_DEPTH", "1"))
