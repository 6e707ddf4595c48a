"""Books of digital libraries: the licences and notes around them."""
