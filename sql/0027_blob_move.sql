-- Files that wait to be moved into an object store (serve --blobs).
CREATE INDEX blob_here ON blob (created) WHERE place = 'file';
