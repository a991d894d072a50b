"""Makes a configuration document the one in force, and keeps a version of whatever changes it.

``activating`` checks a document, activates it and goes back to an earlier one; ``recording`` wraps
every change that comes through another door. The rest writes the rows of one part each.
"""
