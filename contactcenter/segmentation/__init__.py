"""People put into segments: by hand, by rules computed for all, and compared."""
