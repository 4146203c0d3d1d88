"""From records of runs to a page with tables and pictures."""
