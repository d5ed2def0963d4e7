"""The tour: the real windows driven by real keys and mouse, as each of the three main users would.

It stands above the program and touches it only as a person does, by events; it looks at widgets to know where to click
and when to go on, and asks the database whether its work arrived.
"""
