import { SqliteStore } from './index.js';

// Opens a store and writes to it, in a process that may belong to another user. Answers with the error, or 'opened'.
const [file = ''] = process.argv.slice(2);
try {
  const store = new SqliteStore({ file });
  await store.put('key', 'value', { ttlMs: 60_000, if: 'always' });
  await store.close();
  process.send!('opened');
} catch (error) {
  const { name, code, message } = error as { name: string; code: string; message: string };
  process.send!({ name, code, message });
}
