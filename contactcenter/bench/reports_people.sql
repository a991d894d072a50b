-- name: teams
-- Ten teams.
INSERT INTO team (id, name) OVERRIDING SYSTEM VALUE SELECT n, 'Bench ' || n FROM generate_series(1, 10) AS n
ON CONFLICT (id) DO NOTHING

-- name: queues
-- Twenty queues, two a team.
INSERT INTO queue (id, name, team_id, tier) OVERRIDING SYSTEM VALUE
SELECT n, 'Bench ' || n, 1 + (n - 1) % 10, 1 + n % 3 FROM generate_series(1, 20) AS n
ON CONFLICT (id) DO UPDATE SET team_id = EXCLUDED.team_id, tier = EXCLUDED.tier

-- name: people
-- So many agents, the first half of whom are there; one more leads three teams, and one more is the administrator.
INSERT INTO user_account (id, email, name, role) OVERRIDING SYSTEM VALUE
SELECT n, 'bench' || n || '@example.com', 'Agent ' || n,
       CASE WHEN n <= $1::int THEN 'agent' WHEN n = $1::int + 1 THEN 'supervisor' ELSE 'admin' END
FROM generate_series(1, $1::int + 2) AS n

-- name: agents
-- What the router knows of them at $2.
INSERT INTO agent (id, presence, presence_since, load)
SELECT n, CASE WHEN n > $1::int / 2 THEN 'offline' WHEN n % 5 = 0 THEN 'away' ELSE 'available' END, $2::timestamptz - interval '1 hour', n % 4
FROM generate_series(1, $1::int) AS n

-- name: memberships
-- Each serves four queues.
INSERT INTO membership (agent_id, queue_id)
SELECT n, 1 + (n + 5 * k) % 20 FROM generate_series(1, $1::int) AS n, generate_series(0, 3) AS k

-- name: team_members
-- Each is in one team, who leads is in three.
INSERT INTO team_member (team_id, user_id)
SELECT 1 + n % 10, n FROM generate_series(1, $1::int) AS n UNION ALL SELECT k, $1::int + 1 FROM generate_series(1, 3) AS k

-- name: contacts
-- Everybody, by number.
INSERT INTO contact (id, name) SELECT n, 'Customer ' || n FROM generate_series($1::bigint, $2::bigint) AS n

-- name: tickets
-- The tickets $2 to $3 of $5 that the facts are of, of $6 contacts; the last $7 wait at $8, with the promise of a solution each, and
-- as many before them are held by $4 agents; all others are over.
INSERT INTO ticket (id, contact_id, channel, subject, state, queue_id, tier, agent_id, opened_at, enqueued_at, solved_at, closed_at,
                    team_ids)
SELECT n, 1 + n * 7919 % $6::bigint, (ARRAY['sms', 'email', 'webchat', 'phone'])[1 + n % 4], 'Before', s.state, q.id, q.tier,
       CASE WHEN s.state = 'assigned' THEN 1 + n * 7919 % $4::int END, o.at,
       CASE WHEN s.state = 'waiting' THEN $8::timestamptz - ($5::bigint - n) * interval '5 seconds' ELSE o.at END,
       CASE WHEN s.state = 'closed' THEN o.at + interval '1 day' END, CASE WHEN s.state = 'closed' THEN o.at + interval '2 days' END,
       ARRAY[q.team_id]
FROM generate_series($2::bigint, $3::bigint) AS n
CROSS JOIN LATERAL (SELECT $1::timestamptz + n::float8 / $5::bigint * interval '365 days' AS at) AS o
CROSS JOIN LATERAL (SELECT CASE WHEN n > $5::bigint - $7::int THEN 'waiting' WHEN n > $5::bigint - 2 * $7::int THEN 'assigned'
                                ELSE 'closed' END AS state) AS s
JOIN queue q ON q.id = 1 + n % 20

-- name: promises
-- What was promised of each: kept where it is over, else due from ten minutes before $3 to two hours after.
INSERT INTO sla_clock (ticket_id, episode, metric, policy, target_s, warn_share, configuration_version, started_at, due_at,
                       breached_at, met_at, ended_at, ended_by)
SELECT t.id, 1, 'resolution', 'Bench', 86400, 0.8, 1, t.opened_at, d.due_at,
       CASE WHEN t.solved_at IS NULL AND d.due_at < $3::timestamptz THEN d.due_at END, t.solved_at, t.solved_at,
       CASE WHEN t.solved_at IS NOT NULL THEN 'met' END
FROM ticket t
CROSS JOIN LATERAL (SELECT CASE WHEN t.solved_at IS NOT NULL THEN t.opened_at + interval '1 day'
                                ELSE $3::timestamptz + (t.id * 7919 % 7800 - 600) * interval '1 second' END AS due_at) AS d
WHERE t.id BETWEEN $1::bigint AND $2::bigint

-- name: interactions
-- What was written in the tickets $1 to $2: so many messages each, a minute apart, each third of them ours.
INSERT INTO interaction (contact_id, ticket_id, channel, direction, kind, author_id, body, state, occurred_at, received_at, triaged_at)
SELECT t.contact_id, t.id, t.channel, CASE WHEN m % 3 = 0 THEN 'outbound' ELSE 'inbound' END, 'message',
       CASE WHEN m % 3 = 0 THEN 1 END, ($4::text[])[1 + (t.id + m) % cardinality($4::text[])] || ' ' || t.id,
       CASE WHEN m % 3 = 0 THEN 'delivered' ELSE 'received' END, w.at, w.at, w.at
FROM ticket t CROSS JOIN generate_series(1, $3::int) AS m
CROSS JOIN LATERAL (SELECT t.opened_at + m * interval '1 minute' AS at) AS w
WHERE t.id BETWEEN $1::bigint AND $2::bigint
