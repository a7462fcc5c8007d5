import { withoutFragment } from './cache-request.js';

/** The answer to a method that changes something. */
export interface WriteAnswer {
  readonly status: number;
  /** By name in lower case. */
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * The URLs whose answers hold no longer after a method that changes something was answered: its own, and those of the
 * same origin that the answer names (RFC 9111 §4.4). None where it was not answered with success.
 */
export function changedUrls(url: string, { status, headers }: WriteAnswer): readonly string[] {
  if (status < 200 || status >= 400) return [];
  const { origin } = new URL(url);
  const named = [headers['location'], headers['content-location']].flatMap((place) =>
    place !== undefined && URL.canParse(place, url) ? [new URL(place, url)] : [],
  );
  return [new URL(url), ...named.filter((each) => each.origin === origin)].map(withoutFragment);
}
