"""Standard input, output and error, prompts and signals."""
