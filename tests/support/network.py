"""Nodes on one machine: a network namespace each, joined by a bridge, whose links can be cut.

The launcher runs in a namespace of its own, the hub, and starts the ranks of a node by a script in
place of ssh. Nothing is left outside of these namespaces.
"""

from __future__ import annotations

import contextlib
import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from support.launcher import GUARD, job_environment, mpirun

SUBNET = "10.213.0"
# Without these, MPICH's UCX sees one machine, and goes past the network by shared memory.
THROUGH_THE_NETWORK = {"MPIR_CVAR_CH4_NETMOD": "ofi", "FI_PROVIDER": "tcp"}
SCRIPT = """#!/bin/sh
# The launcher calls this as it calls ssh: options, the address of a node, a command.
while [ "${1#-}" != "$1" ]; do shift; done
node=$((${1##*.} - 1)); shift
exec ip netns exec "PREFIX$node" sh -c "$*"
"""


def why_not() -> str:
    """Why there can be no nodes here; empty if there can."""
    if os.geteuid() != 0:
        return "network namespaces need root"
    if "HYDRA" not in _output(*mpirun(1)[:1], "--version"):
        return "only MPICH's launcher takes a script in place of ssh"
    try:
        with nodes(1, Path("/nowhere")):
            return ""
    except (OSError, subprocess.CalledProcessError) as error:
        return f"network namespaces are not allowed here: {error}"


@contextlib.contextmanager
def nodes(count: int, folder: Path) -> Iterator[Nodes]:
    """So many nodes; the script of the launcher is written to ``folder`` at the first job."""
    made = Nodes(count, folder)
    try:
        made.make()
        yield made
    finally:
        made.remove()


class Nodes:
    """The nodes, and jobs on all of them."""

    def __init__(self, count: int, folder: Path) -> None:
        self.count, self.folder = count, folder
        self._prefix = f"jpi{os.getpid()}n"
        self._hub = f"jpi{os.getpid()}hub"

    def make(self) -> None:
        _ip("netns", "add", self._hub)
        _ip("-n", self._hub, "link", "add", "bridge", "type", "bridge")
        _ip("-n", self._hub, "addr", "add", f"{SUBNET}.254/24", "dev", "bridge")
        for link in ("lo", "bridge"):
            _ip("-n", self._hub, "link", "set", link, "up")
        for node in range(self.count):
            self._make_node(node, f"{self._prefix}{node}")

    def _make_node(self, node: int, name: str) -> None:
        _ip("netns", "add", name)
        end = ("peer", "name", "eth0", "netns", name)
        _ip("-n", self._hub, "link", "add", f"node{node}", "type", "veth", *end)
        _ip("-n", self._hub, "link", "set", f"node{node}", "master", "bridge", "up")
        _ip("-n", name, "addr", "add", f"{SUBNET}.{node + 1}/24", "dev", "eth0")
        for link in ("lo", "eth0"):
            _ip("-n", name, "link", "set", link, "up")

    def delay(self, milliseconds: int) -> str:
        """Why messages cannot be delayed by so much; empty if they are."""
        for node in range(self.count):
            rule = ("root", "netem", "delay", f"{milliseconds}ms")
            command = ["tc", "-n", self._hub, "qdisc", "add", "dev", f"node{node}", *rule]
            if error := _error(*command):
                return f"no delay, as tc netem fails: {error.strip()}"
        return ""

    def cut(self, node: int) -> None:
        """Cut the link of a node; the other nodes and the launcher do not hear of it any more."""
        _ip("-n", self._hub, "link", "set", f"node{node}", "down")

    def join(self, node: int) -> None:
        """Repair the link of a node, after the end of all that ran there."""
        self._kill(f"{self._prefix}{node}")
        _ip("-n", self._hub, "link", "set", f"node{node}", "up")

    def commands(self, node: int) -> list[str]:
        """The command lines of what runs on a node."""
        found = []
        for process in _output("ip", "netns", "pids", f"{self._prefix}{node}").split():
            with contextlib.suppress(OSError):
                found.append(Path(f"/proc/{process}/cmdline").read_text().replace("\0", " "))
        return found

    def bytes_sent(self, node: int) -> int:
        """Bytes that a node has sent so far."""
        path = "/sys/class/net/eth0/statistics/tx_bytes"
        return int(_output("ip", "netns", "exec", f"{self._prefix}{node}", "cat", path))

    def start(self, ranks: int, *arguments: str, **environment: str) -> subprocess.Popen[str]:
        """Python with ``arguments`` on so many ranks of each node."""
        script = self.folder / "on-node"
        script.write_text(SCRIPT.replace("PREFIX", shlex.quote(self._prefix)))
        script.chmod(0o700)
        hosts = ",".join(f"{SUBNET}.{node + 1}" for node in range(self.count))
        launcher = ["-launcher", "ssh", "-launcher-exec", str(script), "-iface", "bridge"]
        places = ["-hosts", hosts, "-ppn", str(ranks)]
        command = [*mpirun(ranks * self.count), *launcher, *places, sys.executable, *arguments]
        return subprocess.Popen(
            ["ip", "netns", "exec", self._hub, *command],
            cwd=self.folder,
            env=job_environment(**THROUGH_THE_NETWORK, **environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, ranks: int, *arguments: str, **environment: str) -> tuple[int, str]:
        """The exit code and the output of a job."""
        with self.start(ranks, *arguments, **environment) as job:
            try:
                output, _ = job.communicate(timeout=2 * GUARD)
            finally:
                job.kill()
        return job.returncode, output

    def remove(self) -> None:
        for name in [self._hub, *(f"{self._prefix}{node}" for node in range(self.count))]:
            self._kill(name)
            _error("ip", "netns", "del", name)

    def _kill(self, name: str) -> None:
        for process in _output("ip", "netns", "pids", name).split():
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(process), signal.SIGKILL)


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, capture_output=True, text=True)


def _output(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True).stdout


def _error(*command: str) -> str:
    """What a command says when it fails; empty if it does not."""
    try:
        done = subprocess.run(command, capture_output=True, text=True)
    except OSError as error:
        return str(error)
    return (done.returncode and (done.stderr or f"exit code {done.returncode}")) or ""
