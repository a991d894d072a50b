"""The application: the database, the use cases, the API, the workers and the commands."""
