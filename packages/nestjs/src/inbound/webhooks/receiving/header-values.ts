import type { IncomingMessage } from 'node:http';

/**
 * All headers as they came, by lower-case name: several with one name are a list, which `IncomingMessage.headers`
 * hides. Adapters such as `serverless-http` leave `rawHeaders` empty and fill `headers` alone.
 */
export function headerValues({ rawHeaders, headers }: IncomingMessage): Record<string, string | string[]> {
  const values: Record<string, string | string[]> = Object.create(null) as Record<string, string | string[]>;
  const add = (name: string, value: string | string[]) => {
    const standing = values[name];
    values[name] = standing === undefined ? value : [standing, value].flat();
  };
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) add(rawHeaders[i]!.toLowerCase(), rawHeaders[i + 1]!);
  if (rawHeaders.length > 0) return values;
  for (const [name, value] of Object.entries(headers)) if (value !== undefined) add(name.toLowerCase(), value);
  return values;
}
