-- A list of one state is counted in its index alone: what the filters ask of a row stands behind the order.
DROP INDEX matter_state_due;
CREATE INDEX matter_state_due ON matter (kind, state, due, id, organ, yellow, opened);
