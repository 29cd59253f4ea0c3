"""What goes back to institutions: packages from which each can repair what it sent, and nothing that others sent."""
