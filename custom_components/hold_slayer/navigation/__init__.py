"""Getting through phone menus, waiting on hold and judging who is there; pure logic without I/O."""
