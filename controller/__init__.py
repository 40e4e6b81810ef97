"""The box's mind: rules, services, and the adapters to the outside world."""
