"""Side-by-side timings; each module is a command, ``python -m`` with its dotted name."""
