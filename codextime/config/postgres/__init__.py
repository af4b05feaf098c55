"""Django's engine for PostgreSQL, with patience that ends."""
