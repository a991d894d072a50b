"""Surveys: one question an episode, from 1 to 5, on the ticket's own channel.

``policy`` is whether and how is asked, ``planning`` what will be, ``sending`` asks, and an answer
comes by a signed link (``links``) or as one digit (``replies``); both are kept by ``answering``,
once. Chats have a question of their own at their end: ``chat_ratings``.
"""
