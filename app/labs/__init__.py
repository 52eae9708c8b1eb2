"""Laboratory values: units, what was typed, tables of other programs, and what a time point takes of them."""
