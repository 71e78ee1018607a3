-- A paper that was made wrong is never changed: another one corrects it (文书更正), and the old one says by which. What was only
-- planned to be declared void goes.
ALTER TABLE document DROP COLUMN voided;
ALTER TABLE document ADD COLUMN corrected_by {i64} REFERENCES document (id); -- the paper that corrects it; NULL: it stands as it was made
CREATE UNIQUE INDEX document_corrects ON document (corrected_by) WHERE corrected_by IS NOT NULL;
