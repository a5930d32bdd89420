"""What a figure answers: from one viewer's rows to a value with its members and doubts."""
