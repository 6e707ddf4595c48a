"""The character model of a classifier: a linear model of the character n-grams in words."""
