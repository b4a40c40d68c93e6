"""What every folder of tests can use."""

import contextlib

import pytest

with contextlib.suppress(ImportError):  # a developer's tool
    from hypothesis import settings

    settings.register_profile("unhurried", deadline=None)  # a busy machine is no failure
    settings.load_profile("unhurried")

_figures = pytest.StashKey()


@pytest.fixture(scope="session")
def figures(request):
    """A list of lines that the end of the run prints: what was measured."""
    return request.config.stash.setdefault(_figures, [])


def pytest_terminal_summary(terminalreporter, config):
    for line in config.stash.get(_figures, []):
        terminalreporter.write_line(line)
