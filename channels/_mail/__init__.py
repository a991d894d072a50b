"""Understanding a mail: bytes in, a ``Mail`` or ``NotUnderstood`` out, and no other error.

Nothing here sends, stores or waits. ``understanding.understand`` is the way in; each other module
knows one thing: structure, header fields, charsets, HTML, whose words are new, what kind of mail it
is. What reads HTML is loaded only in the process that reads mails.
"""
