"""The Explorer as a web page: Voila with limits on kernels and their memory, one template, and two themes."""

# mypy: allow-untyped-calls
# Jupyter's server has few annotations.

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from senet_lab.extras import needed_by

with needed_by(__name__):  # Voila installs all of these
    from voila.app import Voila  # type: ignore[import-untyped]

from jupyter_server.base.handlers import JupyterHandler
from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager
from nbformat import NotebookNode
from tornado.web import Finish
from traitlets import Integer
from traitlets.config import Config

from senet_lab.serving.limits import Limits

HERE = Path(__file__).parent
THEMES = ("light", "dark")
RETRY_AFTER = 60  # seconds, for programs; people read "in a few minutes"

# Settings of the kernels. Each thread takes 8 MB of stack and a share of the pools, so a kernel on a machine with 64
# cores would need 1 GB more; visitors share the cores anyway. TensorFlow's own pool would keep freed memory for the
# next training step, but no kernel trains here.
FRUGAL = {
    "OMP_NUM_THREADS": "2",
    "TF_NUM_INTRAOP_THREADS": "2",
    "TF_NUM_INTEROP_THREADS": "2",
    "TF_CPU_ALLOCATOR_USE_BFC": "false",
}


class LimitedKernels(AsyncMappingKernelManager):
    """The kernels of all visitors, limited in their number and in the memory of each."""

    max_kernels = Integer(config=True, help="Number of kernels that run at the same time.")
    max_memory = Integer(config=True, help="MB of memory that each kernel may use.")

    def __init__(self, **its: Any) -> None:
        super().__init__(**its)
        self._left: dict[str, None] = {}  # kernels whose page was closed or lost, in this order
        self._ending: dict[str, asyncio.Task[None]] = {}
        if not can_limit_memory():
            self.log.warning("--memory is ignored: only Linux can limit the memory of a process.")

    def make_room(self) -> bool:
        """Return whether another kernel may start; if all are in use, end one whose page is gone."""
        starting = {name for name, task in self._pending_kernels.items() if not task.done()}
        running = {*self.list_kernel_ids(), *starting} - self._ending.keys()
        if len(running) < self.max_kernels:
            return True
        left = [name for name in self._left if name in running and not self.kernel_model(name)["connections"]]
        if not left:
            return False
        self._ending[left[0]] = asyncio.ensure_future(self._end(left[0]))
        return True

    async def _end(self, kernel_id: str) -> None:
        self.log.info("Ending kernel %s, whose page is gone, to make room for another.", kernel_id)
        try:
            await self.shutdown_kernel(kernel_id, now=True)
        finally:
            del self._ending[kernel_id]

    async def start_kernel(self, **its: Any) -> str:  # type: ignore[override]
        """Start a kernel and limit its memory."""
        kernel_id = await super().start_kernel(**its)
        limit_memory(self.get_kernel(kernel_id).provisioner.pid, self.max_memory)  # type: ignore[union-attr]
        return kernel_id

    def notify_disconnect(self, kernel_id: str) -> None:
        """Record that a page was closed."""
        super().notify_disconnect(kernel_id)
        self._left.pop(kernel_id, None)
        self._left[kernel_id] = None

    def remove_kernel(self, kernel_id: str) -> Any:
        """Forget a kernel that has ended."""
        self._left.pop(kernel_id, None)
        return super().remove_kernel(kernel_id)


def can_limit_memory() -> bool:
    """Return whether the system enforces memory limits; macOS accepts a limit but ignores it."""
    return sys.platform == "linux"


def limit_memory(process: int, megabytes: int) -> None:
    """Limit the private memory of a process, which does not include shared libraries."""
    if sys.platform == "linux":
        import resource  # not available on Windows

        with suppress(ProcessLookupError):  # it has already died, which Jupyter reports
            resource.prlimit(process, resource.RLIMIT_DATA, (megabytes << 20, megabytes << 20))


def admit(handler: JupyterHandler, notebook: NotebookNode, cwd: str) -> None:  # noqa: ARG001 - Voila's signature
    """Turn a visitor away when the app is full; otherwise show the page in the theme that its address requests.

    Voila's templates write the theme unescaped, so only known themes may reach them.
    """
    if not handler.kernel_manager.make_room():  # type: ignore[attr-defined]
        handler.set_status(503)
        handler.set_header("Retry-After", str(RETRY_AFTER))
        raise Finish(handler.render_template("full.html"))
    theme = handler.get_argument("theme", "")
    if theme in THEMES:
        notebook.metadata["voila"] = {"theme": theme}


def serve_app(folder: Path, limits: Limits, options: Sequence[str]) -> None:
    """Serve the Explorer until Voila is stopped; each visitor has a kernel, which saves files in `folder`.

    By default, Voila uses no token; here it generates one, as JupyterLab does.

    Args:
        options: Voila's command-line options; they override the settings made here.
    """
    for name, value in FRUGAL.items():
        os.environ.setdefault(name, value)
    # Voila searches this path for templates.
    os.environ["JUPYTER_PATH"] = os.pathsep.join(filter(None, [str(HERE), os.environ.get("JUPYTER_PATH")]))
    Voila.launch_instance(argv=[str(HERE / "voila" / "explorer.ipynb"), *options], config=configuration(folder, limits))


def configuration(folder: Path, limits: Limits) -> Config:
    """Return the settings of Voila."""
    config = Config()
    config.Voila.auto_token = True
    config.MappingKernelManager.root_dir = str(folder.resolve())
    config.MappingKernelManager.cull_idle_timeout = limits.gone
    config.MappingKernelManager.cull_interval = limits.look
    config.LimitedKernels.max_kernels = limits.kernels
    config.LimitedKernels.max_memory = limits.memory
    config.VoilaConfiguration.multi_kernel_manager_class = LimitedKernels
    config.VoilaConfiguration.prelaunch_hook = admit
    config.VoilaConfiguration.template = "senet_lab"
    # By default, Voila takes any template and theme from the address. "NOTEBOOK" lets `admit` set the theme.
    config.VoilaConfiguration.allow_template_override = "NO"
    config.VoilaConfiguration.allow_theme_override = "NOTEBOOK"
    # A kernel that died would be restarted without the Explorer, unnoticed by the page.
    config.KernelRestarter.restart_limit = 0
    return config
