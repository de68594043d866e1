"""How Go reads and writes text, for doors and expressions that must answer as Go does."""
