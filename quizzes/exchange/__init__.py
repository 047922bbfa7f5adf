"""Questions from files into the bank as drafts, and out of it: GIFT, Moodle XML, workbooks, Word tables."""
