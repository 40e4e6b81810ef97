"""Stand-ins for what is physical, and helpers that start the simulated kind."""
