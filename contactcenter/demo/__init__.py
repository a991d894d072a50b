"""``contactcenter demo``: a small contact centre that really runs, for as long as one watches.

``house`` starts the database, the stand-ins for Twilio and mail servers, and the server; ``company`` founds a company
in it over the public interface; ``customers`` write and ``agents`` work; ``screen`` shows it; and
``promises`` compares what the provider witnessed with what is stored.
"""
