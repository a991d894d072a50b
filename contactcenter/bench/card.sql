-- name: bare
-- The least a card can cost: the person, his open problems and his last words by index, and nobody asks who may read.
SELECT c.name,
       ARRAY(SELECT t.id FROM ticket t WHERE t.contact_id = c.id AND t.state NOT IN ('solved', 'closed')
             ORDER BY t.id DESC LIMIT 20) AS tickets,
       ARRAY(SELECT i.id FROM interaction i WHERE i.contact_id = c.id ORDER BY i.id DESC LIMIT 5) AS interactions
FROM contact c WHERE c.id = $1
