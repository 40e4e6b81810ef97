"""Reading codes: frames in, texts that the scan mode allows out. Runs in the sandboxed reader process only."""
