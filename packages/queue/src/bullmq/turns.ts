import type { Line } from './line.js';

/**
 * The order in which tenants are asked for jobs: each in its turn, beginning after the one that was served last, and of
 * one tenant the line of high priority first.
 */
export class Turns {
  private last = '';

  /** The tenants in their order, each with its lines. */
  order(lines: readonly Line[]): readonly (readonly Line[])[] {
    const tenants = new Map<string, Line[]>();
    for (const line of lines) tenants.set(line.tenant, [...(tenants.get(line.tenant) ?? []), line]);
    const names = [...tenants.keys()].sort();
    const from = names.findIndex((name) => name > this.last);
    const turned = from < 0 ? names : [...names.slice(from), ...names.slice(0, from)];
    return turned.map((name) => tenants.get(name)!.sort((a, b) => Number(b.high) - Number(a.high)));
  }

  served(tenant: string): void {
    this.last = tenant;
  }
}
