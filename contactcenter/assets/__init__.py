"""What customers own: kept, brought in from files, and named by tickets."""
