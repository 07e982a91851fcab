"""One declared table per kind: its columns, and what an empty one says. The machinery is in `table.py`, once."""
