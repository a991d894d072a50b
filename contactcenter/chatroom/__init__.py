"""The live room of web chat: who sits in it, what is typed, and what happens when it ends."""
