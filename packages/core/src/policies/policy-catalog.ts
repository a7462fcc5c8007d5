import { policyKinds } from './catalog.js';
import type { PolicySpec } from '../engine/policy.js';
import type { PolicyKind } from '../engine/policy-kind.js';
import type { Fault } from '../settings/fault.js';
import type { Layer } from '../settings/merge-settings.js';
import { readSettings } from '../settings/read-settings.js';
import { unknownName } from '../settings/unknown-name.js';

/** The policies that merged settings describe, by kind; faults are added to `faults`. */
export function readPolicies(
  settings: Layer,
  path: string,
  faults: Fault[],
): ReadonlyMap<string, readonly PolicySpec[]> {
  const specs = new Map<string, readonly PolicySpec[]>();
  for (const { kind, schema, takesAnyValue, specs: make } of kindsIn(settings)) {
    const given = settings[kind];
    if (given === null && !takesAnyValue) {
      faults.push({ path: `${path}.${kind}`, message: 'null given; expected its options, or false to leave it out' });
      continue;
    }
    const read = readSettings(schema, given === true && !takesAnyValue ? {} : given, `${path}.${kind}`);
    if (read.faults !== undefined) faults.push(...read.faults);
    else specs.set(kind, make(read.settings));
  }
  return specs;
}

/** The kinds of policies that settings name. */
export function kindsIn(settings: Layer): readonly PolicyKind[] {
  return policyKinds.filter(({ kind, takesAnyValue }) => {
    const given = settings[kind];
    return given !== undefined && (given !== false || takesAnyValue);
  });
}

/** A fault for every setting that is neither a policy nor one of `others`. */
export function unknownSettings(settings: Layer, path: string, others: readonly string[]): readonly Fault[] {
  const known = [...policyKinds.map(({ kind }) => kind), ...others];
  return Object.keys(settings)
    .filter((name) => !known.includes(name))
    .map((name) => ({ path: `${path}.${name}`, message: unknownName('setting', name, known) }));
}
