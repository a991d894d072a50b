"""Calls as they are kept: their rows, their telephones, what the provider told and is to do."""
