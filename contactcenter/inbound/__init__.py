"""What comes in, as it is written down, whatever the channel."""
