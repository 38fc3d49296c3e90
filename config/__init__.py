"""What the operator decides: settings, keys and logging."""
