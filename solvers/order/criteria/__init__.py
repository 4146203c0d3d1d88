"""Criteria that an order search can minimize; each registers itself under a name."""
