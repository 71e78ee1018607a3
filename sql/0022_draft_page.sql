-- A form keeps its draft while somebody types, and may still be doing so when it is sent. Whoever finds a draft that was kept
-- since then must know whether another window did that, or the same one.
ALTER TABLE draft ADD COLUMN page text NOT NULL DEFAULT ''; -- once-token of the page that kept it; '' when none is known
