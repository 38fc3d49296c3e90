"""How fast the shop is, beside the fastest GraphQL and REST servers known, on the same tables."""
