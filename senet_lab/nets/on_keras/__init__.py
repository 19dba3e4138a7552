"""Make Keras compute faster, import quietly and load models. Keras is imported only when needed."""
