"""Containers through the Docker API, hardened by default."""
