"""The rules of routing, pure: values in, a decision out.

Nothing here reads a clock, draws a random number or touches the outside; time and chance are
passed in. Only the standard library may be imported.
"""
