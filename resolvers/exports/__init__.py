"""Tables as files for people and programs: which columns, and how each value is spelled."""
