"""The configuration as one document: everything routing goes by, in names that people know.

``document`` has its parts, ``parsing`` makes one of YAML or JSON, ``writing`` makes YAML of one,
``naming`` is how places in it are called. docs/configuration.md explains it with an example.
"""
