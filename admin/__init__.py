"""Staff pages at /admin, built on starlette-admin; each action calls an operation of `resolvers.staff`."""
