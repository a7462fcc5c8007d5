import { WebhookConfigurationError } from '../contract/webhook-configuration-error.js';
import { reject, type Rejection } from '../contract/verification.js';
import type { WebhookRequest } from '../contract/webhook-request.js';

/** The headers that a sender's signature depends on, each with its slot in the array that `read` returns. */
export class HeaderNames {
  private readonly names: string[] = [];
  /** Bit n is set when a name of n (mod 32) characters is wanted: most other headers are passed over by length. */
  private lengths = 0;

  constructor(private readonly sender: string) {}

  /** The slot of a name, which is added where it is new. */
  slot(name: string): number {
    const lower = typeof name === 'string' ? name.toLowerCase() : '';
    if (!/^[a-z0-9!#$%&'*+.^_`|~-]+$/.test(lower)) {
      throw new WebhookConfigurationError(
        `Sender "${this.sender}": ${JSON.stringify(name)} is no name of a header.`,
        this.sender,
      );
    }
    const known = this.names.indexOf(lower);
    if (known >= 0) return known;
    this.lengths |= 1 << (lower.length & 31);
    return this.names.push(lower) - 1;
  }

  name(slot: number): string {
    return this.names[slot] ?? '';
  }

  /** The values by slot. A header that occurs twice, in whatever case, is refused. */
  read(headers: WebhookRequest['headers']): (string | undefined)[] | Rejection {
    const names = this.names;
    const lengths = this.lengths;
    const values = new Array<string | undefined>(names.length);
    for (let slot = 0; slot < names.length; slot++) {
      const name = names[slot] as string;
      const value = headers[name];
      const single = typeof value === 'string' ? value : onlyValue(name, value);
      if (typeof single === 'object') return single;
      values[slot] = single;
    }
    for (const key in headers) {
      if (((lengths >>> (key.length & 31)) & 1) === 0 || names.includes(key)) continue;
      const slot = names.indexOf(key.toLowerCase());
      if (slot < 0 || headers[key] === undefined) continue;
      if (values[slot] !== undefined) return twice(this.name(slot));
      const single = onlyValue(this.name(slot), headers[key]);
      if (typeof single === 'object') return single;
      values[slot] = single;
    }
    return values;
  }
}

function onlyValue(name: string, value: unknown): string | undefined | Rejection {
  if (typeof value === 'string') return value;
  if (!Array.isArray(value)) return undefined;
  if (value.length > 1) return twice(name);
  const only: unknown = value[0];
  return typeof only === 'string' || only === undefined ? only : reject('malformed', `${name} is no text`);
}

function twice(name: string): Rejection {
  return reject('duplicate-header', `${name} occurs more than once`);
}
