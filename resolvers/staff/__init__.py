"""What staff do. Every act asks for a permission and is entered into the audit log in its own transaction."""
