"""Answering: a separate process that answers each line of JSON with a line of JSON."""

import json
import subprocess
from contextlib import contextmanager, suppress


@contextmanager
def answering(command, log, **settings):
    """Start a process and yield a function that queries it; fail with its log if it ends without an answer."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with log.open("w") as errors, subprocess.Popen(command, stderr=errors, **pipes, **settings) as process:

        def ask(what, *arguments):
            with suppress(BrokenPipeError):  # its log says why it ended
                process.stdin.write(f"{json.dumps([what, *arguments], default=str)}\n")
                process.stdin.flush()
            answer = process.stdout.readline()
            assert answer, log.read_text()[-2000:]
            return json.loads(answer)

        yield ask
        with suppress(BrokenPipeError):
            process.stdin.close()
