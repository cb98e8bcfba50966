-- Queries of jobs/boards.py: a name, what it is for, the statement.

-- add_project --
-- A new project.
INSERT INTO projects (id, owner, name, members, settings) VALUES (%s, %s, %s, %s, %s) RETURNING *

-- project --
-- A project.
SELECT * FROM projects WHERE id = %s

-- projects --
-- The newest projects of an owner; of everybody where it is NULL.
SELECT * FROM projects WHERE (%(owner)s::text IS NULL OR owner = %(owner)s) ORDER BY created_at DESC LIMIT %(limit)s

-- change_project --
-- Other facts of a project.
UPDATE projects SET name = %s, members = %s, settings = %s WHERE id = %s RETURNING *

-- drop_project --
-- A project goes, with its shots; the requests stay.
DELETE FROM projects WHERE id = %s

-- shots --
-- The shots of a project, in order.
SELECT * FROM shots WHERE project_id = %s ORDER BY position, created_at

-- shot --
-- A shot.
SELECT * FROM shots WHERE id = %s

-- end --
-- Where the last shot of a project stands, and how many there are.
SELECT coalesce(max(position), 0), count(*) FROM shots WHERE project_id = %s

-- lock_project --
-- A project, kept until its order or its numbers are changed.
SELECT id FROM projects WHERE id = %s FOR UPDATE

-- add_shot --
-- A new shot.
INSERT INTO shots (id, project_id, position, name, note, tags, endpoint_id, arguments) VALUES (%s, %s, %s, %s, %s, %s, %s, %s) RETURNING *

-- change_shot --
-- Other facts of a shot.
UPDATE shots SET name = %s, note = %s, status = %s, tags = %s, is_favourite = %s, endpoint_id = %s, arguments = %s, chosen = %s, position = %s
WHERE id = %s RETURNING *

-- turn_shot --
-- Another status for a shot that still has the one before.
UPDATE shots SET status = %s WHERE id = %s AND status = %s

-- choose --
-- The take that the film shows.
UPDATE shots SET chosen = %s WHERE id = %s

-- drop_shot --
-- A shot goes; its requests stay.
DELETE FROM shots WHERE id = %s

-- add_take --
-- What was rendered for a shot gets the next number.
INSERT INTO takes (shot_id, request_id, number)
SELECT %(shot)s, %(request)s, coalesce(max(number), 0) + 1 FROM takes WHERE shot_id = %(shot)s
ON CONFLICT DO NOTHING

-- takes --
-- Shot, number and request of everything that was rendered for a project.
SELECT takes.shot_id, takes.number, takes.request_id FROM takes JOIN shots ON shots.id = takes.shot_id WHERE shots.project_id = %s ORDER BY takes.number

-- requests_of --
-- The requests of a project's takes.
SELECT * FROM requests WHERE id IN (SELECT request_id FROM takes JOIN shots ON shots.id = takes.shot_id WHERE shots.project_id = %s)
