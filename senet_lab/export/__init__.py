"""Export: a network as code, files and pictures to take away."""
