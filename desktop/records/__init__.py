"""PURE. The office's records: people and posts, documents and their states, cites, events. Standard library only."""
