"""Who may do what: accounts, passwords, sessions, tokens for programs, one-time links."""
