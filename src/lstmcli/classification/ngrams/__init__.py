"""The n-gram model of a classifier: a linear model of character and word n-grams."""
