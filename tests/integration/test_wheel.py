"""What a user installs: the wheel, away from the checkout."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

USES_EVERYTHING_SHIPPED = """
import sys
from pathlib import Path
import followupd
from followupd.cli import main
from followupd.providers.presets import presets
from followupd.service.setup import checked_templates
from followupd.config import load
from followupd.store import Store
from followupd.reading.automatic import needs_body
from followupd.reading.organisations import is_shared
from followupd.shipping import shipped

assert "site" in followupd.__file__, followupd.__file__
checked_templates(load(Path(sys.argv[1])))
Store.open(Path("state") / "followupd.db").close()
assert is_shared("gmail.com")
guides = {shipped(each.guide) for each in presets() if each.guide}
assert guides and all(each.is_file() and "site" in each.parts for each in guides)
assert shipped("systemd/followupd.service").is_file()
assert main(["init", "--example"]) == 0
print("all there")
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, unpacked as an installer does it."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [
            *(sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps"),
            *("--no-build-isolation", "--wheel-dir", str(folder), str(ROOT)),
        ],
        check=True,
        capture_output=True,
        timeout=120,
    )
    [wheel] = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(folder / "site")
    return folder / "site"


def test_the_wheel_holds_templates_migrations_and_data(site: Path, tmp_path: Path) -> None:
    """Everything that is no Python is found without the checkout."""
    done = subprocess.run(
        [sys.executable, "-c", USES_EVERYTHING_SHIPPED, str(ROOT / "config.example.toml")],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(site), "PYTHONSAFEPATH": "1"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    example = (ROOT / "config.example.toml").read_text(encoding="utf-8")
    assert done.stdout == f"{example}all there\n", done.stderr
    assert done.returncode == 0


def test_the_wheel_holds_nothing_else(site: Path) -> None:
    """No test, benchmark or note of ours is installed into anybody's site-packages."""
    tops = {path.name.partition("-")[0] for path in site.iterdir()}
    assert tops == {"followupd"}


def test_the_wheel_is_typed(site: Path) -> None:
    """Whoever builds on it gets the types."""
    assert (site / "followupd" / "py.typed").is_file()
