"""The command line: one module per command, whose `run` executes it and whose docstring is its help."""
