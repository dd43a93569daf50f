"""A machine that systemd runs, for the units: the real one as process 1, in namespaces of its own.

Its files are this machine's, with a layer over them that is gone with it, so nothing that happens
there stays. Its processes, mounts and control groups are its own, and end with it. The network is
this machine's, so that a test's mail server on loopback can be reached. Needs root.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Self

import psutil

from tests.support.processes import DEADLINE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

ROOT = Path(__file__).parents[2]
SYSTEMD = Path("/lib/systemd/systemd")

_BOOT = """
set -e
mount --make-rprivate /
mount -t tmpfs -o size=1g layer "$BASE"
mkdir "$BASE/upper" "$BASE/work" "$BASE/root"
r="$BASE/root"
mount -t overlay root -o "lowerdir=/,upperdir=$BASE/upper,workdir=$BASE/work" "$r"
mount -t proc proc "$r/proc"
mount --bind "$r/proc/sys" "$r/proc/sys"
mount -o remount,bind,ro "$r/proc/sys"
mount -t sysfs -o ro sysfs "$r/sys"
mount -t tmpfs -o mode=755 cgroup "$r/sys/fs/cgroup" 2>/dev/null || true
mount -t cgroup2 cgroup2 "$r/sys/fs/cgroup"
mount -t tmpfs -o mode=755 dev "$r/dev"
for node in null:1:3 zero:1:5 full:1:7 random:1:8 urandom:1:9 tty:5:0; do
    IFS=: read -r name major minor <<E
$node
E
    mknod -m 666 "$r/dev/$name" c "$major" "$minor"
done
mkdir "$r/dev/pts" "$r/dev/shm"
mount -t devpts -o newinstance,ptmxmode=666 devpts "$r/dev/pts"
ln -s pts/ptmx "$r/dev/ptmx"
ln -s /proc/self/fd "$r/dev/fd"
mount -t tmpfs shm "$r/dev/shm"
mount -t tmpfs -o mode=755 run "$r/run"
install -d -g systemd-journal -m 2755 "$r/run/log/journal"
mount -t tmpfs -o mode=1777 tmp "$r/tmp"
cd "$r"
rm -rf etc/systemd/system var/lib/systemd var/log/journal etc/credstore.encrypted \\
    lib/systemd/system-generators etc/systemd/system-generators \\
    usr/local/lib/systemd/system-generators
mkdir -p etc/systemd/system var/lib/systemd etc/credstore.encrypted
cp lib/systemd/system/*.target lib/systemd/system/systemd-journald*.s* etc/systemd/system
tr -d - < /proc/sys/kernel/random/uuid > "$r/etc/machine-id"
cat > "$r/etc/systemd/system/only.target" <<E
[Unit]
Requires=systemd-journald.service
After=systemd-journald.service
E
for each in "python:$PYTHON_PREFIX" "site:$SITE" "code:$CODE"; do
    place="$r/opt/followupd-test/${each%%:*}"
    mkdir -p "$place"
    mount --bind "${each#*:}" "$place"
    mount -o remount,bind,ro "$place"
done
mkdir -p "$r/usr/local/bin"
rm -f "$r/usr/local/bin/followupd"
cat > "$r/opt/followupd-test/python3" <<E
#!/bin/sh
export PYTHONPATH=/opt/followupd-test/code:/opt/followupd-test/site PYTHONDONTWRITEBYTECODE=1
export LD_LIBRARY_PATH=/opt/followupd-test/python/lib
exec /opt/followupd-test/python/bin/$PYTHON_NAME "\\$@"
E
printf '#!/bin/sh\\nexec /opt/followupd-test/python3 -m followupd "$@"\\n' \\
    > "$r/usr/local/bin/followupd"
chmod 755 "$r/opt/followupd-test/python3" "$r/usr/local/bin/followupd"
mkdir "$r/below"
pivot_root . below
umount -l /below
mount --make-rshared /
exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin container=test LC_ALL=C \\
    SYSTEMD_UNIT_PATH=/etc/systemd/system:/run/systemd/system "$SYSTEMD" --system \
    --unit=only.target --show-status=no --log-target=journal --log-level=info
"""


def why_not() -> str:
    """What keeps such a machine from being had here; "" if nothing does."""
    if os.geteuid() != 0:
        return "only root may start one"
    if not SYSTEMD.exists():
        return "systemd is not installed"
    for program in ("unshare", "nsenter", "systemctl", "systemd-creds"):
        if shutil.which(program) is None:
            return f"{program} is not installed"
    if _control_groups() is None:
        return "control groups (version 2) are not mounted"
    tried = subprocess.run(
        ["unshare", "--pid", "--fork", "--mount", "--cgroup", "--uts", "--ipc", "sh", "-c", _TRIAL],
        capture_output=True,
        text=True,
        timeout=DEADLINE,
        check=False,
    )
    return f"namespaces cannot be had: {tried.stderr.strip()}" if tried.returncode else ""


_TRIAL = """
set -e
mount --make-rprivate /
mount -t tmpfs layer /mnt
mkdir /mnt/upper /mnt/work /mnt/root
mount -t overlay root -o lowerdir=/,upperdir=/mnt/upper,workdir=/mnt/work /mnt/root
mount -t cgroup2 cgroup2 /mnt/root/mnt
"""


class Machine:
    """A machine with `followupd` in /usr/local/bin; a context manager that boots and removes it."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="followupd-machine-"))
        groups = _control_groups()
        if groups is None:
            raise RuntimeError("control groups (version 2) are not mounted")
        self._group = groups / self._folder.name
        self._booted: subprocess.Popen[bytes] | None = None
        self._first = 0

    def __enter__(self) -> Self:
        self.boot()
        return self

    def __exit__(self, *_: object) -> None:
        self.remove()

    def boot(self) -> None:
        """Start systemd and return once it is up."""
        self._group.mkdir()
        (self._folder / "layer").mkdir()
        unshare = "exec unshare --pid --fork --kill-child --mount --cgroup --uts --ipc sh -c"
        console = (self._folder / "console").open("wb")
        with console:
            self._booted = subprocess.Popen(
                [
                    *("sh", "-c"),
                    f'echo $$ > "$GROUP/cgroup.procs"; {unshare} {shlex.quote(_BOOT)}',
                ],
                stdin=subprocess.DEVNULL,
                stdout=console,
                stderr=subprocess.STDOUT,
                env={
                    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                    "GROUP": str(self._group),
                    "BASE": str(self._folder / "layer"),
                    "PYTHON_PREFIX": sys.base_prefix,
                    "PYTHON_NAME": f"python{sys.version_info.major}.{sys.version_info.minor}",
                    "SITE": sysconfig.get_path("purelib"),
                    "CODE": str(ROOT),
                    "SYSTEMD": str(SYSTEMD),
                },
            )
        try:
            self._first = self._find_first()
            self.wait_for(
                lambda: self.run("systemctl", "is-active", "only.target", check=False) == "active\n"
            )
        except BaseException:
            self.remove()
            raise

    @property
    def console(self) -> str:
        """What systemd said while it came up."""
        return (self._folder / "console").read_text(encoding="utf-8", errors="replace")

    def run(
        self,
        *command: str,
        user: str | None = None,
        variables: Mapping[str, str] | None = None,
        give: str = "",
        check: bool = True,
    ) -> str:
        """Run a program there and return what it printed, errors included.

        Args:
            command: the program and its arguments.
            user: who runs it; root where it is None.
            variables: its environment, besides $PATH.
            give: what it reads.
            check: whether it has to succeed.
        """
        env = {"PATH": "/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8"}
        words = [
            "env",
            "-i",
            "--chdir=/",
            *(f"{k}={v}" for k, v in {**env, **(variables or {})}.items()),
        ]
        enter = ["nsenter", f"--target={self._first}", "--all", "--root"]
        become = ["setpriv", f"--reuid={user}", f"--regid={user}", "--init-groups"] if user else []
        done = subprocess.run(
            [*enter, *become, *words, *command],
            input=give,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=2 * DEADLINE,
            check=False,
        )
        if check and done.returncode != 0:
            what = f"{shlex.join(command)} ended with {done.returncode}"
            raise RuntimeError(f"{what}:\n{done.stdout}\n{self.journal()}")
        return done.stdout

    def python(self, code: str, *words: str, user: str, variables: Mapping[str, str]) -> str:
        """Run Python there that has followupd, with `words` in `sys.argv`."""
        program = "/opt/followupd-test/python3"
        return self.run(program, "-c", code, *words, user=user, variables=variables)

    def add_user(self, name: str, *, with_manager: bool = False, groups: str = "") -> int:
        """Make a user; with a manager of their own, as a login has it. Returns the user's number.

        There is neither logind nor PAM, so this does what they do.
        """
        self.run("useradd", "--create-home", "--shell=/bin/sh", f"--groups={groups}", name)
        number = int(self.run("id", "--user", name))
        if with_manager:
            runtime = f"/run/user/{number}"
            self.run("install", "-d", "-o", name, "-g", name, "-m", "700", runtime)
            lines = [
                *("[Service]", f"User={name}", "Type=notify", "Delegate=yes", "KillMode=mixed"),
                *(f"ExecStart={SYSTEMD} --user", f"Environment=XDG_RUNTIME_DIR={runtime}"),
                f"Slice=user-{number}.slice",
            ]
            self.write(f"/etc/systemd/system/user@{number}.service", "\n".join(lines))
            self.run("systemctl", "daemon-reload")
            self.run("systemctl", "start", f"user@{number}")
        return number

    def journal(self, *options: str) -> str:
        """The journal there."""
        return self.run("journalctl", "--no-pager", "--output=cat", *options, check=False)

    def write(self, path: str, text: str, *, owner: str = "root", mode: str = "600") -> None:
        """Write a file there."""
        self.run(
            "install", "-D", "-o", owner, "-g", owner, "-m", mode, "/dev/stdin", path, give=text
        )

    def show(self, unit: str, name: str) -> str:
        """One property of a unit there."""
        return self.run("systemctl", "show", "--value", f"--property={name}", unit).strip()

    def wait_for(self, condition: Callable[[], bool]) -> None:
        """Return once something holds there."""
        deadline = time.monotonic() + DEADLINE
        while not condition():
            if time.monotonic() > deadline:
                raise RuntimeError(f"it never came to be:\n{self.console}\n{self.journal()}")
            time.sleep(0.1)

    def remove(self) -> None:
        """End everything that runs there, and take its folders away."""
        if self._booted is not None:
            self._booted.kill()  # the kernel ends process 1 with it, and all of its namespace
            self._booted.wait(timeout=DEADLINE)
        deadline = time.monotonic() + DEADLINE
        while self._group.exists() and time.monotonic() < deadline:
            for folder, _, _ in os.walk(self._group, topdown=False):
                with suppress(OSError):
                    Path(folder).rmdir()
            time.sleep(0.02)
        shutil.rmtree(self._folder, ignore_errors=True)

    def _find_first(self) -> int:
        deadline = time.monotonic() + DEADLINE
        while time.monotonic() < deadline and self._booted and self._booted.poll() is None:
            for child in psutil.Process(self._booted.pid).children():
                with suppress(psutil.Error):
                    if Path(child.exe()).name == SYSTEMD.name:
                        return child.pid
            time.sleep(0.05)
        raise RuntimeError(f"systemd did not start:\n{self.console}")


def _control_groups() -> Path | None:
    for line in Path("/proc/self/mounts").read_text(encoding="utf-8").splitlines():
        _, place, kind, options, *_ = line.split(" ")
        if kind == "cgroup2" and "rw" in options.split(","):
            return Path(place)
    return None
