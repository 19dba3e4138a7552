"""Show code as HTML, with syntax highlighting."""

from __future__ import annotations

from functools import lru_cache


@lru_cache(maxsize=64)
def code_html(text: str) -> str:
    """Return Python source in a <pre>; the colors are classes of `senet.css`."""
    from pygments import highlight
    from pygments.formatters import HtmlFormatter
    from pygments.lexers import PythonLexer

    colored = highlight(text, PythonLexer(stripnl=False), HtmlFormatter(nowrap=True, classprefix="sn-py-"))
    return f'<pre class="sn-code" tabindex="0" role="group" aria-label="Code"><code>{colored}</code></pre>'
