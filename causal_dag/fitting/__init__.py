"""What happens around a solver while an estimator is fitted."""
