"""Pure rules: no await, no database, no clock."""
