"""How a GraphQL request runs: over HTTP, through the document store, to an answer that tells no secrets."""
