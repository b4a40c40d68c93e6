"""What every folder of tests can use."""

import pytest

_figures = pytest.StashKey()


@pytest.fixture(scope="session")
def figures(request):
    """A list of lines that the end of the run prints: what was measured."""
    return request.config.stash.setdefault(_figures, [])


def pytest_terminal_summary(terminalreporter, config):
    for line in config.stash.get(_figures, []):
        terminalreporter.write_line(line)
