"""What runs beside a user's code, where that runs: standard library only, of any Python from 3.8."""
