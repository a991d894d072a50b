"""Email, part by part: the ways in, what all of them share, and the way out."""
