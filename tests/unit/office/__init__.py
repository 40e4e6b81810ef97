"""The office's pages without a box behind them."""
