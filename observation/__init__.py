"""What operators see of a running shop: figures, logs, reported errors and traces."""
