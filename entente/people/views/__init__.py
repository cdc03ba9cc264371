"""The pages of people: coming in, and the directory."""
