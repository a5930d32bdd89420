"""What a figure asks: its definition as data, read strictly and said in words."""
