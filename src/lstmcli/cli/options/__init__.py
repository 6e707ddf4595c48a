"""Options of the command line, and the configs made from them."""
