"""The control sockets: JSON-RPC 2.0, one message a line, one listening socket and one method table for each role."""
