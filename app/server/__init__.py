"""What we change about uvicorn; applied by the `serve` command alone."""
