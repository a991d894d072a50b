"""Trains the model of temperament from labelled lines; needs NumPy, which nothing else does."""
