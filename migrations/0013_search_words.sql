-- The words of the search in their order.

-- only: sqlite
-- Which words begin so, without a look at the entries that have them.
create virtual table search_text_word using fts5vocab (search_text, instance);
-- only: end
