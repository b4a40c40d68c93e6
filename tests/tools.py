"""What several test files share."""

import importlib
import os

import pytest


def missing(what):
    """Skip for want of something; where COURSE_REQUIRE_ALL is set, fail."""
    (pytest.fail if os.environ.get("COURSE_REQUIRE_ALL") else pytest.skip)(what)


def need(module):
    """Import an optional module, or skip; where COURSE_REQUIRE_ALL is set, a missing one fails."""
    if os.environ.get("COURSE_REQUIRE_ALL"):
        return importlib.import_module(module)
    return pytest.importorskip(module)
