"""What people may ask of the partnership about itself: oversight, and a log anybody can check."""
