"""What comes out of the printer."""
