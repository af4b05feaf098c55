"""`python -m codextime_tracker`."""

import sys

from codextime_tracker.cli import main

sys.exit(main())
