"""What the operator decides: settings and keys."""
