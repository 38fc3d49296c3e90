"""The lists of the staff's pages, a noun a file."""
