-- Lexemes are found through the index and never fetched, the text only for extracts: both are kept out of the row,
-- so that thousands of entries are passed over quickly.
alter table courses_searchentry set (toast_tuple_target = 128);
