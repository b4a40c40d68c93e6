"""The lines with which binder/hub/README.md collects a class's work, on a machine in a machine."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from conftest import require

README = Path(__file__).resolve().parents[2] / "binder" / "hub" / "README.md"
ACCOUNTS = {"anna": 4001, "mallory": 4002, "alan": 4003, "ada": 4004}  # ada is the teacher

# Three students with closed homes, in a mount namespace where the accounts are known.
SCENE = """
set -e
for name in passwd group; do
  cp /etc/$name .
  for account in ACCOUNTS; do
    name_of=${account%%:*} number=${account##*:}
    if [ $name = passwd ]; then echo "$name_of:x:$number:$number::/home/$name_of:/bin/sh"
    else echo "$name_of:x:$number:"; fi >> $name
  done
  mount --bind $name /etc/$name
done
mkdir home
mount --bind home /home
for account in ACCOUNTS; do mkdir -p /home/${account%%:*}/rnn/notebooks; done
cd /home
echo 'mine = 1' > anna/rnn/notebooks/my_rnn.py
echo '{}' > anna/rnn/notebooks/02_two.ipynb
echo '{}' > anna/rnn/notebooks/Untitled.ipynb
ln -s /home/anna/rnn/notebooks/my_rnn.py mallory/rnn/notebooks/my_rnn.py
ln -s /etc/gshadow mallory/rnn/notebooks/02_two.ipynb
mkfifo mallory/rnn/notebooks/03_three.ipynb
rm -r alan/rnn
ln -s /home/anna/rnn alan/rnn
for account in ACCOUNTS; do
  chown -hR ${account##*:}:${account##*:} ${account%%:*}
  chmod 700 ${account%%:*}
done
set +e
cd ada
export SUDO_USER=ada
"""


@pytest.fixture
def collected(tmp_path):
    """The folder SUBMISSIONS after README's lines."""
    require(
        sys.platform == "linux" and os.geteuid() == 0, "Accounts for a test need root on Linux."
    )
    require(shutil.which("unshare") and shutil.which("runuser"), "util-linux is not installed.")
    (lines,) = re.findall(
        r"^sudo bash <<'COLLECT'\n(.*?)^COLLECT$",
        README.read_text("utf-8"),
        re.MULTILINE | re.DOTALL,
    )
    accounts = " ".join(f"{name}:{number}" for name, number in ACCOUNTS.items())
    script = SCENE.replace("ACCOUNTS", accounts) + lines.replace("REPO", "rnn")
    tmp_path.chmod(0o755)
    done = subprocess.run(
        ["unshare", "--mount", "bash", "-c", script],
        cwd=tmp_path,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return tmp_path / "home" / "ada" / "SUBMISSIONS"


def test_work_is_collected_with_the_students_own_rights(collected):
    found = {
        path.relative_to(collected).as_posix(): path.read_text(encoding="utf-8")
        for path in collected.rglob("*")
        if path.is_file() and not path.is_symlink()
    }
    assert {name: text for name, text in found.items() if text} == {
        "anna/my_rnn.py": "mine = 1\n",
        "anna/02_two.ipynb": "{}\n",
    }
    assert set(found) >= {"mallory/my_rnn.py", "alan/my_rnn.py"}, "a link is handed in, and empty"


def test_what_is_collected_belongs_to_the_teacher(collected):
    for path in [collected, *collected.rglob("*")]:
        assert path.stat().st_uid == ACCOUNTS["ada"]
        assert not path.stat().st_mode & 0o077
