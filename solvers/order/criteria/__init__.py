"""What an order search minimizes: each criterion registers itself under a name."""
