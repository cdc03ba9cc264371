"""What a person may type into the partnership's papers."""
