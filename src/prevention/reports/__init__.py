"""What leaves the program: workbooks, tables, charts and the words about them."""
