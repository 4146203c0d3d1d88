"""Files of tables and graphs, read and written whole."""
