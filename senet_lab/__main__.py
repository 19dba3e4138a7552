"""`python -m senet_lab`."""

import sys

from senet_lab.cli import main

sys.exit(main())
