import type * as v from 'valibot';
import type { PolicySpec } from './policy.js';

/** A kind of policy: its name in the settings, what its settings must look like, and the policies that they make. */
export interface PolicyKind {
  readonly kind: string;
  readonly schema: v.GenericSchema;
  /** Whether its setting is a value of the user's own, whatever it is: never merged, and neither `true` nor `false` is short for anything. */
  readonly takesAnyValue: boolean;
  /** Options within it that are values of the user's own, such as `outcome.value`: taken as they are, never copied or merged. */
  readonly ownValues: readonly string[];
  /** Options that are about each call rather than the gate: a method that has others shares the gate all the same. */
  readonly perCall: readonly string[];
  specs(settings: unknown): readonly PolicySpec[];
}

export function definePolicy<S extends v.GenericSchema>(
  kind: string,
  schema: S,
  specs: (settings: v.InferOutput<S>) => readonly PolicySpec[],
): PolicyKind {
  return {
    kind,
    schema,
    takesAnyValue: false,
    ownValues: [],
    perCall: [],
    specs: specs as (settings: unknown) => readonly PolicySpec[],
  };
}
