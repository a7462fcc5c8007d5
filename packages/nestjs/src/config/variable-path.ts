import { settings } from '@breakwater/core/adapter';
import type { Section } from './section.js';
import { upperCase } from './variable-names.js';

/**
 * The settings' own names of a path that a variable has in upper case. Methods and headers are named by the user, so
 * they are looked up in `below`, the settings that stand there.
 */
export function pathIn(below: unknown, segments: readonly string[], sections: readonly Section[]): readonly string[] {
  const path: string[] = [];
  let here = below;
  for (const segment of segments) {
    const names = settings.isPlain(here) ? Object.keys(here) : [];
    const known = names.find((candidate) => upperCase(candidate) === segment);
    const inHeaders = areHeaders(path, sections);
    const name = known ?? (inHeaders ? segment.toLowerCase().replaceAll('_', '-') : camelCase(segment));
    here = settings.isPlain(here) ? here[name] : undefined;
    path.push(name);
  }
  return path;
}

/** Whether a path leads to headers, whose values are text whatever they look like. */
export function areHeaders([section, option, ...rest]: readonly string[], sections: readonly Section[]): boolean {
  if (option === undefined || rest.length > 0) return false;
  return sections.some(({ name, headerOptions = [] }) => name === section && headerOptions.includes(option));
}

/** `CIRCUIT_BREAKER` as the settings write it: `circuitBreaker`. */
export function camelCase(segment: string): string {
  return segment.toLowerCase().replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}
