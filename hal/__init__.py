"""The box's body: locks, doors, indicators, code readers. Never imports the controller."""
