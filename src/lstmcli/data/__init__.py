"""From files, folders, pipes and the Hub to records and splits."""
