"""How people want to be treated: the evidence, what is judged from it, and what it is worth."""
