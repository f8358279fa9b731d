"""The texts that findings cite, each with its dates in force."""
