"""Tables with missing cells: which rows are used, and moments estimated from incomplete rows."""
