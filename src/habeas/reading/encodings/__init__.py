"""From bytes to letters: labels, likelihood, escapes."""
