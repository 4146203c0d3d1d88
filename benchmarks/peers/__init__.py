"""Other packages beside ours, behind one protocol, each in an environment of its own."""
