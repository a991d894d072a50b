"""What the house tells customers by itself: when, how often, and what holds it back."""
