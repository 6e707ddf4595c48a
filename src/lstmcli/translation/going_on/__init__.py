"""Going on with a translator: more pairs and new words for a model that was trained before."""
