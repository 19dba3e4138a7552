"""Another process that answers: a line of JSON to it, a line of JSON back."""

import json
import subprocess
from contextlib import contextmanager, suppress


@contextmanager
def answering(command, log, **settings):
    """Start a process, and give what asks it; a process that ends without an answer fails the test with its log."""
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
