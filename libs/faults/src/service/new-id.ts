import { randomBytes } from 'node:crypto';

/** `ch_5f0c…`: an identifier that says what it identifies. */
export function newId(prefix: string): string {
  return `${prefix}_${randomBytes(12).toString('hex')}`;
}
