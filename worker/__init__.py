"""Background jobs, each a loop that calls one operation."""
