"""What the HTTP APIs share."""
