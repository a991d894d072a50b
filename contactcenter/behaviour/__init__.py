"""What people do elsewhere, as other systems tell it: taken in, counted and forgotten."""
