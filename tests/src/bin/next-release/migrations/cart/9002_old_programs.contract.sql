-- Takes nothing away, and fails where a real one would do harm: while a program of another release
-- is still connected. Connections carry the program's name and its release.
DO $$
DECLARE
    old text;
BEGIN
    SELECT string_agg(DISTINCT application_name, ', ') INTO old
    FROM pg_stat_activity
    WHERE application_name ~ '^(catalog|cart|orders|payments) '
      AND application_name NOT LIKE '% 99.0.0';
    IF old IS NOT NULL THEN
        RAISE EXCEPTION 'programs of another release are still connected: %', old;
    END IF;
END
$$;
