"""Drawing: pure functions from numbers to SVG and HTML. They know neither Keras nor widgets."""
