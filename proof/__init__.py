"""Long proofs: what is too slow for the tests and must hold all the same."""
