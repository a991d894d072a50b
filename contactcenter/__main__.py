"""The command ``contactcenter``, also as ``python -m contactcenter``."""

from contactcenter.cli import main

if __name__ == "__main__":
    main()
