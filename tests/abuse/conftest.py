"""What the tests under abuse share."""

import pytest


@pytest.fixture(scope="session")
def home(tmp_path_factory):
    """A copy of the course that the cells may write into."""
    from kernels import copy_of_the_course

    return copy_of_the_course(tmp_path_factory.mktemp("course"))


@pytest.fixture(scope="session", autouse=True)
def counted():
    """After the last test, say how many inputs were tried and what came of them."""
    yield
    from fuzzing import TRIED

    if TRIED:
        print(f"\n\n{sum(TRIED.values()):,} inputs tried")
        for kind, count in sorted(TRIED.items()):
            print(f"{count:9,}  {kind}")
