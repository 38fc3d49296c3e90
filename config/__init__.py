"""Settings and keys, from the operator's environment."""
