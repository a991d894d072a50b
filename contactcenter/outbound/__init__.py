"""What goes out: the outbox, attempts and receipts, and who does not want it."""
