"""What runs in the process of a student's function. It imports nothing of the course."""
