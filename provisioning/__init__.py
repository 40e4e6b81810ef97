"""How a machine becomes a box: directories, identity, configuration, staff, and a look at it before it serves."""
