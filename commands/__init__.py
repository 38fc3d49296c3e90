"""The command line, a command a module: `run` does it, and its docstring is the help."""
