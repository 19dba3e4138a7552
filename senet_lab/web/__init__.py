"""Web: panels on a web page that runs Python itself, without a kernel, a server or an installation."""
