"""What an order search minimises: each criterion registers itself under a name."""
