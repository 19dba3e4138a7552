"""`senet-lab kernels`: Jupyter kernels for the backends and devices of this machine."""

from __future__ import annotations

import argparse
import sys

from senet_lab.training import kernels


def register(arguments: argparse.Namespace) -> int:
    """Register a kernel for each backend and device, or remove them."""
    if arguments.remove:
        for folder in kernels.remove(arguments.prefix):
            sys.stdout.write(f"removed {folder}\n")
        return 0
    sys.stdout.write("Looking for the devices of each backend...\n")
    for kernel, folder in kernels.register(kernels.present(), arguments.prefix):
        sys.stdout.write(f"{kernel.title}: {folder}\n")
    return 0
