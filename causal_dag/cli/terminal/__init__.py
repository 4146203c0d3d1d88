"""What commands write to the terminal: tables, JSON, progress bars, errors in one line."""
