"""Real servers for the tests: started on demand, ended with the session, never mocked."""
