"""Door 4: time. Jobs that nobody asks for, each a loop that calls one operation."""
