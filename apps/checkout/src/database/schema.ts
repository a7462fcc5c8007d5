/** An order is paid once it has a charge. The queue keeps its jobs in tables of its own beside it. */
export const schema = `
  CREATE TABLE IF NOT EXISTS orders (
    id TEXT PRIMARY KEY,
    email TEXT NOT NULL,
    amount INTEGER NOT NULL,
    currency TEXT NOT NULL,
    charge TEXT,
    confirmed INTEGER NOT NULL DEFAULT 0,
    settlements INTEGER NOT NULL DEFAULT 0
  ) STRICT;
`;
