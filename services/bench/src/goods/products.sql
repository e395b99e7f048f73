-- $1 numbers, $2 a word for each title, $3 words for each description. Text, picture and category
-- are those of a product of the sample.
WITH sample AS (
    SELECT row_number() OVER (ORDER BY slug) - 1 AS place, count(*) OVER () AS count, p.*
    FROM catalog.product p
), added AS (
    INSERT INTO catalog.product (id, slug, title, description, specs, options, category, status, published_at)
    SELECT gen_random_uuid(), 'bench-' || n.number, s.title || ' ' || n.title, s.description || ' ' || n.words,
           s.specs, '[]', s.category, 'active', now() - make_interval(mins => n.number)
    FROM unnest($1::integer[], $2::text[], $3::text[]) AS n (number, title, words)
    JOIN sample s ON s.place = n.number % s.count
    RETURNING id, slug, category
), categories AS (
    INSERT INTO catalog.product_category (product_id, category) SELECT id, category FROM added
)
INSERT INTO catalog.product_image (product_id, position, sha256, alt)
SELECT a.id, 0, i.sha256, i.alt
FROM added a
JOIN sample s ON s.place = substr(a.slug, 7)::integer % s.count
JOIN catalog.product_image i ON i.product_id = s.id AND i.position = 0
