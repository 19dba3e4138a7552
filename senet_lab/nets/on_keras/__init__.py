"""What makes Keras compute faster, and open and load quietly. Keras is imported when it is needed."""
