"""Data: CIFAR-10, its bundled sample, the gate task, and folders of your own images."""

from senet_lab.data.datasets import Images, cifar10, folder, named, sample

__all__ = ["Images", "cifar10", "folder", "named", "sample"]
