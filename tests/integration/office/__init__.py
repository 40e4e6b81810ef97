"""The office's pages over TLS, with the real controller behind them."""
