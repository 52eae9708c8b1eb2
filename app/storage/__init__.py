"""The event log and its caches in a database. SQLAlchemy Core; SQLite by default, PostgreSQL by URL."""
