"""People: users, signing in, the credit balance and its ledger."""
