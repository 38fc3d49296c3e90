"""The lists of the staff pages."""
