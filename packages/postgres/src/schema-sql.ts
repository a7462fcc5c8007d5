/** The statements of sql/schema.sql for a schema of the given name, which needs no quoting. */
export function schemaSql(schema: string): string {
  return `-- The tables and functions of @breakwater/postgres. migrate(pool) runs this file, in one transaction and as often as
-- you like; or run it with your own migrations. "${schema}" is the schema that the store is given.
--
-- One function per operation, so that each is one round trip, and because a statement of several parts would see the
-- rows as they stood before a concurrent writer committed: a function takes a new look for each statement in it.

CREATE SCHEMA IF NOT EXISTS ${schema};

-- Versions begin at the microsecond of the migration, so that they rise even where a database was made anew.
DO $$
BEGIN
  IF to_regclass('${schema}.versions') IS NULL THEN
    EXECUTE format('CREATE SEQUENCE ${schema}.versions START %s', (extract(epoch FROM clock_timestamp()) * 1e6)::bigint);
  END IF;
END $$;

CREATE TABLE IF NOT EXISTS ${schema}.entries (
  key text COLLATE "C" PRIMARY KEY,
  value text NOT NULL,
  version bigint NOT NULL,
  written_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL
) WITH (fillfactor = 80);
CREATE INDEX IF NOT EXISTS entries_by_expiry ON ${schema}.entries (expires_at);

CREATE TABLE IF NOT EXISTS ${schema}.clocks (
  key text COLLATE "C" PRIMARY KEY,
  stands_at timestamptz NOT NULL
) WITH (fillfactor = 80);
CREATE INDEX IF NOT EXISTS clocks_by_time ON ${schema}.clocks (stands_at);

-- Two arrays of one length, oldest slice first: when each slice ends, and what was counted in it.
CREATE TABLE IF NOT EXISTS ${schema}.counts (
  key text COLLATE "C" PRIMARY KEY,
  ends double precision[] NOT NULL,
  amounts double precision[] NOT NULL,
  expires_at timestamptz NOT NULL
) WITH (fillfactor = 80);
CREATE INDEX IF NOT EXISTS counts_by_expiry ON ${schema}.counts (expires_at);

CREATE OR REPLACE FUNCTION ${schema}.later(since timestamptz, ms double precision) RETURNS timestamptz
LANGUAGE sql IMMUTABLE AS $$ SELECT since + make_interval(secs => least(ms, 1e13) / 1000) $$;

CREATE OR REPLACE FUNCTION ${schema}.put(
  the_key text, the_value text, ttl_ms double precision, condition text, the_version bigint,
  OUT written boolean, OUT value text, OUT version bigint, OUT age_ms double precision
) LANGUAGE plpgsql AS $$
DECLARE
  held ${schema}.entries;
  now_at timestamptz;
  is_locked boolean := false;
BEGIN
  LOOP
    -- A refusal takes no lock, which would be a write to wait for: the record as it was committed is answer enough.
    IF is_locked THEN
      SELECT * INTO held FROM ${schema}.entries e WHERE e.key = the_key FOR UPDATE;
    ELSE
      SELECT * INTO held FROM ${schema}.entries e WHERE e.key = the_key;
    END IF;
    now_at := clock_timestamp();
    IF held.expires_at <= now_at THEN
      held.version := NULL;
    END IF;
    IF condition = 'always' OR (condition = 'absent' AND held.version IS NULL) OR
       (condition = 'version' AND held.version = the_version) THEN
      IF held.key IS NOT NULL AND NOT is_locked THEN
        is_locked := true;
        CONTINUE;
      END IF;
      version := nextval('${schema}.versions');
      IF held.key IS NOT NULL THEN
        UPDATE ${schema}.entries e SET value = the_value, version = put.version, written_at = now_at,
          expires_at = ${schema}.later(now_at, ttl_ms) WHERE e.key = the_key;
        written := true;
      ELSE
        INSERT INTO ${schema}.entries AS e VALUES (the_key, the_value, version, now_at, ${schema}.later(now_at, ttl_ms))
          ON CONFLICT DO NOTHING;
        -- Another writer was first: look at what it wrote.
        CONTINUE WHEN NOT FOUND;
        written := true;
      END IF;
      -- Each write pays for a few that have expired, so that they never pile up.
      IF version % 16 = 0 THEN
        DELETE FROM ${schema}.entries e WHERE e.key IN (
          SELECT x.key FROM ${schema}.entries x WHERE x.expires_at <= now_at ORDER BY x.expires_at LIMIT 64 FOR UPDATE SKIP LOCKED);
      END IF;
      RETURN;
    END IF;
    written := false;
    version := held.version;
    IF version IS NOT NULL THEN
      value := held.value;
      age_ms := greatest(0, extract(epoch FROM now_at - held.written_at) * 1000);
    END IF;
    RETURN;
  END LOOP;
END $$;

CREATE OR REPLACE FUNCTION ${schema}.advance(
  the_key text, by_ms double precision, window_ms double precision,
  OUT admitted boolean, OUT ahead_ms double precision, OUT retry_after_ms double precision
) LANGUAGE plpgsql AS $$
DECLARE
  stands timestamptz;
  now_at timestamptz;
BEGIN
  LOOP
    SELECT c.stands_at INTO stands FROM ${schema}.clocks c WHERE c.key = the_key FOR UPDATE;
    EXIT WHEN FOUND;
    INSERT INTO ${schema}.clocks VALUES (the_key, '-infinity') ON CONFLICT DO NOTHING;
  END LOOP;
  now_at := clock_timestamp();
  ahead_ms := CASE WHEN stands > now_at THEN extract(epoch FROM stands - now_at) * 1000 ELSE 0 END;
  IF ahead_ms + by_ms > window_ms THEN
    admitted := false;
    retry_after_ms := ahead_ms + by_ms - window_ms;
    RETURN;
  END IF;
  admitted := true;
  ahead_ms := ahead_ms + by_ms;
  retry_after_ms := 0;
  UPDATE ${schema}.clocks c SET stands_at = ${schema}.later(now_at, ahead_ms) WHERE c.key = the_key;
  DELETE FROM ${schema}.clocks c WHERE c.key IN (
    SELECT x.key FROM ${schema}.clocks x WHERE x.stands_at <= now_at AND x.key <> the_key
      ORDER BY x.stands_at LIMIT 4 FOR UPDATE SKIP LOCKED);
END $$;

CREATE OR REPLACE FUNCTION ${schema}.count(
  the_key text, by_amount double precision, the_limit double precision, window_ms double precision, slices integer,
  OUT admitted boolean, OUT used double precision, OUT retry_after_ms double precision
) LANGUAGE plpgsql AS $$
DECLARE
  held ${schema}.counts;
  now_ms double precision;
  slice_ms double precision := window_ms / slices;
  ends_at double precision;
  remaining double precision;
  new_ends double precision[] := '{}';
  new_amounts double precision[] := '{}';
  i integer;
BEGIN
  LOOP
    SELECT * INTO held FROM ${schema}.counts c WHERE c.key = the_key FOR UPDATE;
    EXIT WHEN FOUND;
    INSERT INTO ${schema}.counts VALUES (the_key, '{}', '{}', '-infinity') ON CONFLICT DO NOTHING;
  END LOOP;
  now_ms := extract(epoch FROM clock_timestamp()) * 1000;
  used := 0;
  -- What is given back comes off the oldest slice: it leaves the window no earlier than what was counted would have.
  remaining := greatest(0, -by_amount);
  FOR i IN 1 .. cardinality(held.ends) LOOP
    CONTINUE WHEN held.ends[i] + window_ms <= now_ms;
    IF held.amounts[i] <= remaining THEN
      remaining := remaining - held.amounts[i];
      CONTINUE;
    END IF;
    new_ends := new_ends || held.ends[i];
    new_amounts := new_amounts || (held.amounts[i] - remaining);
    used := used + held.amounts[i] - remaining;
    remaining := 0;
  END LOOP;
  admitted := by_amount <= 0 OR used + by_amount <= the_limit;
  retry_after_ms := 0;
  IF by_amount > 0 AND admitted THEN
    used := used + by_amount;
    ends_at := (floor(now_ms / slice_ms) + 1) * slice_ms;
    i := cardinality(new_ends);
    IF i > 0 AND new_ends[i] >= ends_at THEN
      new_amounts[i] := new_amounts[i] + by_amount;
    ELSE
      new_ends := new_ends || ends_at;
      new_amounts := new_amounts || by_amount;
    END IF;
  ELSIF NOT admitted AND by_amount > the_limit THEN
    retry_after_ms := 'Infinity';
  ELSIF NOT admitted THEN
    remaining := used + by_amount - the_limit;
    FOR i IN 1 .. cardinality(new_ends) LOOP
      remaining := remaining - new_amounts[i];
      retry_after_ms := new_ends[i] + window_ms - now_ms;
      EXIT WHEN remaining <= 0;
    END LOOP;
  END IF;
  UPDATE ${schema}.counts c SET ends = new_ends, amounts = new_amounts,
    expires_at = CASE WHEN cardinality(new_ends) = 0 THEN '-infinity'::timestamptz
      ELSE to_timestamp((new_ends[cardinality(new_ends)] + window_ms) / 1000) END
    WHERE c.key = the_key;
  DELETE FROM ${schema}.counts c WHERE c.key IN (
    SELECT x.key FROM ${schema}.counts x WHERE x.expires_at <= clock_timestamp() AND x.key <> the_key
      ORDER BY x.expires_at LIMIT 4 FOR UPDATE SKIP LOCKED);
END $$;
`;
}
