"""For Tortoise's command: `uv run tortoise -c database.migration_config.TORTOISE_ORM makemigrations -n NAME`.

It writes the migration for what changed in the models; no database is opened.
"""

from database.connections import build_config

TORTOISE_ORM = build_config("sqlite://:memory:")
