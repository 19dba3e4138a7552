"""Hosts: two that are connected with each other only, as network namespaces of Linux with names of their own."""

import os
import shutil
import signal
import subprocess
from contextlib import contextmanager, suppress
from secrets import token_hex

from clusters import Host

LINK = "eth0"
ADDRESSES = "10.55.0.1", "10.55.0.2"  # both are private, and nothing outside of the namespaces sees them
RENAMED = 'echo "$0" >/proc/sys/kernel/hostname && exec "$@"'  # for a shell with a name and a command


@contextmanager
def two_hosts():
    """Yield two hosts by name, and kill everything on them in the end.

    Raises:
        OSError: this system has no network namespaces, or we may not create any.
    """
    names = [f"senet-lab-{token_hex(3)}-{letter}" for letter in "ab"]
    try:
        for name in names:
            ip("netns", "add", name)
        ip("-n", names[0], "link", "add", LINK, "type", "veth", "peer", "name", LINK, "netns", names[1])
        for name, address in zip(names, ADDRESSES, strict=True):
            ip("-n", name, "address", "add", f"{address}/30", "dev", LINK)
            for link in ("lo", LINK):
                ip("-n", name, "link", "set", link, "up")
        yield dict(zip(names, map(host, names, ADDRESSES), strict=True))
    finally:
        for name in names:
            remove(name)


def host(name, address):
    """Return the host in a network namespace."""
    return Host(address, ("ip", "netns", "exec", name, "unshare", "--uts", "sh", "-c", RENAMED, name))


def cut_off(name):
    """Cut the connection of a host."""
    ip("-n", name, "link", "set", LINK, "down")


def ip(*words):
    """Run the command `ip`, and return what it prints."""
    if not shutil.which("ip"):
        raise OSError("the command ip is not installed; it is in the package iproute2")
    done = subprocess.run(["ip", *words], capture_output=True, text=True, check=False)
    if done.returncode:
        raise OSError(f"ip {' '.join(words)}: {done.stderr.strip()}")
    return done.stdout


def remove(name):
    """Kill the processes in a network namespace, and delete it, if it has been created."""
    with suppress(OSError):
        for number in ip("netns", "pids", name).split():
            with suppress(ProcessLookupError):
                os.kill(int(number), signal.SIGKILL)
        ip("netns", "delete", name)
