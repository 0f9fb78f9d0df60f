"""The desk's own memory: SQLite with migrations, search, outbox and cite book, and bytes by digest. The only SQLAlchemy."""
