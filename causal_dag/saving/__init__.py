"""Fitted models as documents."""
