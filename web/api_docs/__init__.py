"""The documentation site at /docs: REST reference, Swagger UI, Postman collection, reseller API."""
