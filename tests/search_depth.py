"""The depth of random searches: small by default, more with SEARCH_DEPTH."""

import os

DEPTH = int(os.environ.get("SEARCH_DEPTH", "1"))
