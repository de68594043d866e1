"""Archives that a task finds unpacked when it starts: fetched, kept on this node, and opened."""
