"""``contactcenter demo``: a small contact centre that really runs, for as long as one watches.

``house`` starts the database, the stand-ins for Twilio and for mail servers, and the server;
``company`` founds a company in it over the public interface; ``customers`` write SMS,
``correspondents`` mails, ``visitors`` chat on the shop's site, ``callers`` call, and
``agents`` and ``telephonists`` work; ``screen``
shows it; and ``promises`` compares what the providers and browsers witnessed with what is stored.
"""
