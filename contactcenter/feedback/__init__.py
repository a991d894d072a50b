"""What people liked and did not like, and what somebody has to do about it by when."""
