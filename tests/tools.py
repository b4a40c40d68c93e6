"""What several test files share."""

import importlib
import os

import pytest


def need(module):
    """Import an optional module, or skip; where COURSE_REQUIRE_ALL is set, a missing one fails."""
    if os.environ.get("COURSE_REQUIRE_ALL"):
        return importlib.import_module(module)
    return pytest.importorskip(module)
