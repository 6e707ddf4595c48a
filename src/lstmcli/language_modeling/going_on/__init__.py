"""Going on with a language model: more text and new words for a model that was trained before."""
