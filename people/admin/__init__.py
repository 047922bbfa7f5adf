"""Pages for office holders in the administration: the tree, members, workbooks, the audit."""
