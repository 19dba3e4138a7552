"""Web: panels on a web page that has Python in it, without a kernel, a server or an installation."""
