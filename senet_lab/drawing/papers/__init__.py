"""Draw charts and tables of the errors that papers print, and explain differences between conventions."""
