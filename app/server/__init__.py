"""Changes to uvicorn, applied by the `serve` command only."""
