"""Settings and keys from the environment."""
