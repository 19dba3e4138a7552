"""Draw numbers as SVG and HTML, with pure functions that depend on neither Keras nor widgets."""
