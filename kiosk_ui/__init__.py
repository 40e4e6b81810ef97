"""The pages for residents, staff and technicians. They know the control API and nothing else of the box."""
