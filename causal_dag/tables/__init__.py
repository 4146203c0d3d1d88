"""Tables of numbers: their columns, their cells, and what is refused."""
