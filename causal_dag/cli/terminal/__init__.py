"""Terminal output of the commands: tables, JSON, progress bars and one-line errors."""
