import { contentSecurityPolicy } from './exchange.js';

/**
 * The header by which pages of these origins may frame the page; none where there are none. Throws a `TypeError` for
 * what is no origin: a path, a wildcard, or another directive.
 */
export function framing(ancestors: readonly string[] = []): Readonly<Record<string, string>> {
  const strange = ancestors.filter((ancestor) => ancestor !== 'self' && !isOrigin(ancestor));
  if (strange.length > 0) {
    throw new TypeError(
      `DashboardModule: frameAncestors expects 'self' or origins such as 'https://admin.example', but has ${strange.map((text) => `'${text}'`).join(', ')}`,
    );
  }
  if (ancestors.length === 0) return {};
  const sources = ancestors.map((ancestor) => (ancestor === 'self' ? "'self'" : ancestor));
  return { 'Content-Security-Policy': contentSecurityPolicy(sources.join(' ')) };
}

function isOrigin(text: string): boolean {
  return /^https?:/.test(text) && URL.canParse(text) && new URL(text).origin === text;
}
