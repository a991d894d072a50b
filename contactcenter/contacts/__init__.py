"""People as they are kept: their rows, addresses and attributes, and how they are found."""
