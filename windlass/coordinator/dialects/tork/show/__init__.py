"""What the engine shows, as Tork's documents. Pure."""
