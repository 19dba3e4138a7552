"""Data: CIFAR-10, the bundled sample, and folders of your own images."""

from senet_lab.data.datasets import Images, cifar10, folder, named, sample

__all__ = ["Images", "cifar10", "folder", "named", "sample"]
