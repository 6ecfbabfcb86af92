"""What the tests share: the oracle, the tables of cases, and jobs of their own."""
