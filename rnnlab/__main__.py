"""`python -m rnnlab`: the command `rnnlab`."""

import sys

from rnnlab.commands.main import main

if __name__ == "__main__":
    sys.exit(main())
