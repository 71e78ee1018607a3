-- Lists of one state in order of due: without it a state whose matters have no due would be looked for among all that
-- have one.
CREATE INDEX matter_state_due ON matter (kind, state, due, id);
