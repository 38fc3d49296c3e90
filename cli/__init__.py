"""The command line: one module per command, whose `run` does it and whose docstring is its help."""
