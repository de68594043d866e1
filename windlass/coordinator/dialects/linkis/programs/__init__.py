"""What runs beside a user's code: standard library only, of any Python from 3.8."""
