import type { IncomingMessage } from 'node:http';

/** All headers as they came, by lower-case name: several with one name are a list, which `IncomingMessage.headers` hides. */
export function headerValues({ rawHeaders }: IncomingMessage): Record<string, string | string[]> {
  const values: Record<string, string | string[]> = Object.create(null) as Record<string, string | string[]>;
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]!.toLowerCase();
    const value = rawHeaders[i + 1]!;
    const standing = values[name];
    values[name] = standing === undefined ? value : [standing, value].flat();
  }
  return values;
}
