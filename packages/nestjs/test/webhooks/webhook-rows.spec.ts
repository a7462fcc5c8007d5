import { describe, expect, it } from '@jest/globals';
import { rows } from './rows/index.js';
import { platforms } from './webhook-app.fixture.js';

describe.each(platforms)('webhooks on %s', (platform) => {
  it.each(rows.map((row) => [row.id, row.sentence, row] as const))('%s: %s', async (_id, _sentence, row) => {
    await expect(row.run(platform)).resolves.toBeUndefined();
  });
});
