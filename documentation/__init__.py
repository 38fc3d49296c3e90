"""What integrators read at /docs: the REST reference, Swagger UI, a Postman collection, the reseller API."""
