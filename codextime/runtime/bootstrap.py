"""Makes `.venv` from a lock file: `python3 codextime/runtime/bootstrap.py local|dev`.

Runs on the system's Python before anything is installed, so it uses the standard library only and keeps to syntax that
Python 3.6 can parse, to be able to say that it is too old.
"""

import signal

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM)
stop_requests: "list[int]" = []

if __name__ == "__main__":  # before the other imports take their time, for `make` starts us with SIGINT ignored
    for stop_signal in STOP_SIGNALS:
        signal.signal(stop_signal, lambda number, _frame: stop_requests.append(number))

import contextlib  # noqa: E402 - see above
import hashlib  # noqa: E402
import os  # noqa: E402
import subprocess  # noqa: E402
import sys  # noqa: E402
import time  # noqa: E402
from pathlib import Path  # noqa: E402
from typing import NoReturn  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
BIN = VENV / "bin"
OLDEST_PYTHON = (3, 11)
INTERRUPTED = 130
POLL_SECONDS = 0.02


def main(lock_name: str) -> None:
    """Brings `.venv` to `requirements/<lock_name>.txt`."""
    try:
        prepare(lock_name)
    except OSError as error:
        stop("The environment {} could not be made: {}.\nCorrect that and start again.".format(VENV, error))
    stop_if_asked()


def prepare(lock_name: str) -> None:
    """Returns at once when nothing has changed."""
    require_python()
    stamp, installed = read_stamp()
    if installed == "dev":  # contains `local`; the tools of who works on the project stay
        lock_name = "dev"
    lock = ROOT / "requirements" / (lock_name + ".txt")
    if (stamp, installed) == (fingerprint(lock), lock_name):
        return
    say("Preparing the environment in .venv (a minute the first time) ...")
    if not (BIN / "python").exists() or not (BIN / "uv").exists():  # or making it was interrupted
        make_venv()
    install(lock)
    stamp_path().write_text(fingerprint(lock) + " " + lock_name)


def say(text: str) -> None:
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def stop(text: str) -> NoReturn:
    say(text)
    raise SystemExit(1)


def require_python() -> None:
    if os.name == "nt":
        stop("The server and its tests run on Linux and macOS. On Windows, use WSL; the tracker runs everywhere.")
    if sys.version_info < OLDEST_PYTHON:
        found = ".".join(map(str, sys.version_info[:3]))
        stop(
            "Codextime needs Python 3.11 or newer; {} is {}.\n"
            "Install one and name it: make up PYTHON=python3.12".format(sys.executable, found)
        )
    try:
        __import__("ensurepip")
        __import__("venv")
    except ImportError:
        stop("Python's venv module is missing. On Debian or Ubuntu: sudo apt install python3-venv")


def stamp_path() -> Path:
    return VENV / "codextime-lock"


def fingerprint(lock: Path) -> str:
    """A hash of all that decides what is installed: the lock, both project files, what is compiled, the Python."""
    digest = hashlib.sha256(sys.version.encode())
    uploader = ROOT / "uploader"
    compiled = sorted((uploader / "compiled").glob("*.[ch]"))
    for path in (lock, ROOT / "pyproject.toml", uploader / "pyproject.toml", uploader / "hatch_build.py", *compiled):
        digest.update(path.read_bytes())
    digest.update(str(ROOT).encode())
    return digest.hexdigest()


def read_stamp() -> "tuple[str, str]":
    """The fingerprint and the name of the lock that was installed last; two empty strings if there is none."""
    try:
        stamp, installed = stamp_path().read_text().split()
    except (OSError, ValueError):
        return "", ""
    return stamp, installed


def make_venv() -> None:
    run([sys.executable, "-m", "venv", "--clear", str(VENV)])
    run([str(BIN / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "uv"])


def install(lock: Path) -> None:
    uv = [str(BIN / "python"), "-m", "uv", "pip"]
    environment = dict(os.environ, VIRTUAL_ENV=str(VENV), UV_LINK_MODE=os.environ.get("UV_LINK_MODE", "copy"))
    environment.update(configured_for_pip())
    run([*uv, "sync", "--quiet", "--require-hashes", str(lock)], environment)
    projects = ["-e", str(ROOT), "-e", str(ROOT / "uploader")]
    run([*uv, "install", "--quiet", "--no-deps", *projects], environment)


def configured_for_pip() -> "dict[str, str]":
    """uv ignores pip's configuration: hand on the index and the certificates that pip would use."""
    command = [str(BIN / "python"), "-m", "pip", "config", "list"]  # `get` does not find all that `list` shows
    listed = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False).stdout.decode()
    options = dict(line.split("=", 1) for line in listed.splitlines() if "=" in line)
    handed_on = {}
    for variable, name in (("UV_DEFAULT_INDEX", "index-url"), ("SSL_CERT_FILE", "cert")):
        option = options.get(":env:." + name) or options.get("global." + name)
        if option and variable not in os.environ:
            handed_on[variable] = option.strip("'\"")
    return handed_on


def run(command: "list[str]", environment: "dict[str, str] | None" = None) -> None:
    """In a session of its own, so that a Ctrl-C reaches us, who say so in one line, and not it."""
    process = subprocess.Popen(command, env=environment, start_new_session=True)
    while process.poll() is None and not stop_requests:
        time.sleep(POLL_SECONDS)
    if stop_requests:
        kill_group(process.pid)
        process.wait()
    stop_if_asked()
    if process.returncode:
        stop("This step failed, see above: {}\nCorrect that and start again.".format(" ".join(command)))


def kill_group(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):  # it ended in this moment
        os.killpg(pid, signal.SIGKILL)


def stop_if_asked() -> None:
    if stop_requests:
        say("Stopped; nothing was started.")
        raise SystemExit(INTERRUPTED)


if __name__ == "__main__":
    main(sys.argv[1])
