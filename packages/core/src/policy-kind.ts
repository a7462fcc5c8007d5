import type * as v from 'valibot';
import type { PolicySpec } from './policy.js';

/** A kind of policy: its name in the settings, what its settings must look like, and the policies that they make. */
export interface PolicyKind {
  readonly kind: string;
  readonly schema: v.GenericSchema;
  /** Whether its setting is a value of the user's own, whatever it is: never merged, and neither `true` nor `false` is short for anything. */
  readonly takesAnyValue: boolean;
  specs(settings: unknown): readonly PolicySpec[];
}

export function definePolicy<K extends string, S extends v.GenericSchema>(
  kind: K,
  schema: S,
  specs: (settings: v.InferOutput<S>) => readonly PolicySpec[],
): PolicyKind & { readonly kind: K } {
  return { kind, schema, takesAnyValue: false, specs: specs as (settings: unknown) => readonly PolicySpec[] };
}
