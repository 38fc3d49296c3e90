"""GraphiQL, prebuilt and served by the application."""
