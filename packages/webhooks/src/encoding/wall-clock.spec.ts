import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';

describe('wallClock', () => {
  it('is the only place of the package that reads a clock', () => {
    const folder = new URL('..', import.meta.url);
    const files = readdirSync(folder, { recursive: true }) as string[];
    const readers = files
      .filter((file) => file.endsWith('.ts') && !file.endsWith('.spec.ts'))
      .filter((file) => /Date\.now|new Date\(\)|performance\.now/.test(readFileSync(new URL(file, folder), 'utf8')));
    expect(readers).toEqual(['encoding/wall-clock.ts']);
  });
});
