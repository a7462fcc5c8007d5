import type { Line } from './line.js';

/**
 * The order in which tenants are asked for jobs: each in its turn, beginning after the one that was served last, and of
 * one tenant the line of high priority first.
 */
export class Turns {
  private last = '';

  /** The tenants in their order, each with those of its lines that are `awake`; `lines` are sorted by tenant. */
  *order(lines: readonly Line[], awake: (line: Line) => boolean): Generator<readonly Line[]> {
    const from = firstAfter(this.last, lines);
    let ofTenant: Line[] = [];
    for (let i = 0; i < lines.length; i++) {
      const line = lines[(from + i) % lines.length]!;
      if (ofTenant[0] !== undefined && ofTenant[0].tenant !== line.tenant) {
        yield ofTenant;
        ofTenant = [];
      }
      if (awake(line)) ofTenant.push(line);
    }
    if (ofTenant.length > 0) yield ofTenant;
  }

  served(tenant: string): void {
    this.last = tenant;
  }
}

/** The index of the first line of a later tenant; that of the first line of all where there is none. */
function firstAfter(tenant: string, lines: readonly Line[]): number {
  let [low, high] = [0, lines.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (lines[middle]!.tenant > tenant) high = middle;
    else low = middle + 1;
  }
  return low % Math.max(1, lines.length);
}
