"""The settings: from a TOML file, over it the environment, over that the command line.

``port`` in the file is CONTACTCENTER_PORT in the environment and ``--port`` on a command line.
All that is wrong is said at once. Variables named CONTACTCENTER_TEST_… belong to the test suite.
"""

from contactcenter.settings.loading import Described, Settings, SettingsInvalid, describe

__all__ = ["Described", "Settings", "SettingsInvalid", "describe"]
