"""Workers without the wait for Keras: loads it once, and forks a worker for each line that it reads.

A line is the seconds between checkpoints within an epoch, and a folder. TensorFlow has no threads yet where it forks,
so a worker computes what one with a process of its own does. It is known by the word that this is called with, as a
worker is by its mark.
"""

import os
import signal
import sys
from pathlib import Path

import keras  # noqa: F401 - which is what takes long

from senet_lab.training.worker import checkpointer, worker

if __name__ == "__main__":
    children = []
    for line in sys.stdin:
        seconds, folder = line.rstrip("\n").split(" ", 1)
        if child := os.fork():
            print(child, flush=True)
            children.append(child)
            continue
        os.dup2(os.open(Path(folder) / "log.txt", os.O_WRONLY | os.O_CREAT | os.O_APPEND), 2)
        checkpointer.MAX_INTERVAL = float(seconds)
        worker.train(Path(folder), sys.argv[1])
        os._exit(0)
    for child in children:  # of a test that failed, some may be at work; the others keep their numbers until now
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
