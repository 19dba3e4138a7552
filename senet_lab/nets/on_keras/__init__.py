"""What makes Keras compute faster, and open and load quietly. The only part of `nets` that needs Keras."""
