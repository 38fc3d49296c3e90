"""GraphQL execution; internal errors are masked."""
