"""Door 5: the staff's web pages at /admin, by starlette-admin; every act is one of `resolvers.staff`."""
