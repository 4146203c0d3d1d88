"""Where outcomes are kept: one SQLite file."""
