"""GraphiQL, built once and served by the application."""
