"""The file formats of graphs: each a writer from, and a reader to, names and weights."""
