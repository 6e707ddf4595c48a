"""The columns of a table: which hold the text and the label, by their names and by what is in them."""
