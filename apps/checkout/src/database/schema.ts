/**
 * An order is paid once it has a charge. A charge and the row of its confirmation are written in one transaction.
 */
export const schema = `
  CREATE TABLE IF NOT EXISTS orders (
    id TEXT PRIMARY KEY,
    email TEXT NOT NULL,
    amount INTEGER NOT NULL,
    currency TEXT NOT NULL,
    charge TEXT,
    settlements INTEGER NOT NULL DEFAULT 0
  ) STRICT;

  CREATE TABLE IF NOT EXISTS outbox (
    position INTEGER PRIMARY KEY,
    order_id TEXT NOT NULL UNIQUE REFERENCES orders (id),
    state TEXT NOT NULL CHECK (state IN ('sending', 'waiting', 'sent')),
    tries INTEGER NOT NULL DEFAULT 0,
    due_at INTEGER NOT NULL DEFAULT 0
  ) STRICT;

  CREATE INDEX IF NOT EXISTS outbox_waiting ON outbox (position) WHERE state = 'waiting';
`;
