"""Staff operations. Each requires a permission and writes to the audit log in its own transaction."""
