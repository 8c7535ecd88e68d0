"""Feature steps: what a person does to the columns before an algorithm sees them, kept as data."""
