"""The whole controller as a real process, on a simulated cabinet: what it does with everything that is not right."""
