"""Measures the product the way it runs: real processes, a durable database, a floor beside it.

One module a measurement (``intake``, ``start``, …), each with ``measure``, which returns a result:
a struct whose fields are the last line that the command prints. They share

- ``scratch``: databases that are made for one run and dropped after it;
- ``served``: ``serve`` as a process of its own, and the memory it takes;
- ``process``: a load or a floor as a process of its own that takes orders;
- ``population``: people with a history, made in bulk;
- ``figures``: percentiles, medians, memory.

A figure means something only beside the floor of the same run: machines differ and drift. A load
and its floor therefore take turns in short slices.
"""
