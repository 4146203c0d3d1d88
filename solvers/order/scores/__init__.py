"""What an order search minimises: scores of orders, and the criteria that hand them out."""
