"""The playground: GraphiQL, built once and served from here."""
