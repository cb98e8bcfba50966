-- Queries of jobs/uploads.py: a name, what it is for, the statement.

-- open_of_owner --
-- How many uploads of a caller are unfinished.
SELECT count(*)
FROM uploads
WHERE owner = %s
  AND finished_at IS NULL
  AND expires_at > clock_timestamp()

-- start --
-- A new upload, which expires after so many seconds.
INSERT INTO uploads (id, file_id, owner, name, content_type, terms, expires_at)
VALUES (%s, %s, %s, %s, %s, %s, clock_timestamp() + make_interval(secs => %s))
RETURNING *

-- find --
-- An upload that has not expired.
SELECT *
FROM uploads
WHERE id = %s
  AND expires_at > clock_timestamp()

-- lock --
-- The same, held against others until the transaction ends.
SELECT *
FROM uploads
WHERE id = %s
  AND expires_at > clock_timestamp()
FOR UPDATE

-- parts --
-- The parts of an upload.
SELECT number, object_key, size_bytes, etag
FROM upload_parts
WHERE upload_id = %s
ORDER BY number

-- drop_part --
-- A part that another one replaces.
DELETE
FROM upload_parts
WHERE upload_id = %s
  AND number = %s
RETURNING object_key

-- add_part --
-- A part that has arrived.
INSERT INTO upload_parts (upload_id, number, object_key, size_bytes, etag)
VALUES (%s, %s, %s, %s, %s)

-- finish --
-- The file is there; its parts are not needed any more.
UPDATE uploads
SET finished_at = clock_timestamp()
WHERE id = %s

-- drop_parts --
-- All parts of an upload.
DELETE
FROM upload_parts
WHERE upload_id = %s
RETURNING object_key

-- forget --
-- Uploads that have expired, finished or not.
DELETE
FROM uploads
WHERE expires_at < clock_timestamp()
RETURNING id
