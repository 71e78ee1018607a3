-- The organ's electronic signature of a paper, once frozen: as an event of its own (paper.signed).
ALTER TABLE document ADD COLUMN signature text;  -- the signed note (src/matter/organ_key.h); NULL: not signed
ALTER TABLE document ADD COLUMN signed_event {i64} REFERENCES event (id); -- the event paper.signed
CREATE INDEX document_number ON document (number) WHERE number <> ''; -- whoever asks the public side by number
