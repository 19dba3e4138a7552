"""Views: pure functions from ledgers to SVG and HTML. They know neither Keras nor widgets."""
