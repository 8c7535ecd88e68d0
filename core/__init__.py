"""What every app needs and none owns; it knows no app."""
