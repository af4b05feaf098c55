"""Django's command line for this project."""

import os
import sys

from django.core.management import execute_from_command_line

BUILDING = {"collectstatic", "makemigrations"}  # make files out of the source, and need no server's settings

if __name__ == "__main__":
    if set(sys.argv[1:2]) & BUILDING:
        os.environ.setdefault("CODEXTIME_MODE", "build")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "codextime.config.settings")
    execute_from_command_line(sys.argv)
