import type * as v from 'valibot';
import type { EventLevel } from '../events/event-hub.js';
import type { Environment, Policy, PolicySpec } from './policy.js';

/**
 * How a caller may be told of a refusal: an HTTP status, and a sentence that says nothing of how the application is
 * built.
 */
export interface RefusalAnswer {
  readonly status: number;
  readonly message: string;
}

/** One of the policies that the settings of a kind make. Most kinds make one, which has the kind's name. */
export interface PolicyPart<All> {
  /** Its name in the pipeline's order, such as `totalTimeout`. */
  readonly name: string;
  /** `provider`: one instance serves all methods of a provider. `method`: one per method. */
  readonly scope: 'provider' | 'method';
  /**
   * The option that holds its settings, where all methods of the provider must agree on that option, whatever else
   * differs.
   */
  readonly option?: string;
  /**
   * The name, of a part before it, under which a method's own stands beside the provider's; `undefined` where it takes
   * its place.
   */
  besideOf?(settings: unknown): string | undefined;
  /** The settings of this part; `undefined` when there is no such policy. */
  of(settings: All): unknown;
  create(settings: unknown, environment: Environment): Policy;
}

/** A kind of policy: its name in the settings, what its settings must look like, and the policies that they make. */
export interface PolicyKind {
  /** The key in a provider's settings. */
  readonly kind: string;
  readonly schema: v.GenericSchema;
  /**
   * Whether its setting is a value of the user's own: never merged, and neither `true` nor `false` is short for
   * anything.
   */
  readonly takesAnyValue: boolean;
  /**
   * Options within it that are values of the user's own, such as `outcome.value`: they are passed on as they are, never
   * copied or merged.
   */
  readonly ownValues: readonly string[];
  /** Options that apply per call, such as `cost`. Methods may differ in them and still share the gate. */
  readonly perCall: readonly string[];
  /** The names of its parts, in their order. */
  readonly parts: readonly string[];
  /** The part or kind before which a pipeline has it, where the catalog does not place it. */
  readonly before: string | undefined;
  /** Whether it can stand around a method that returns a stream, whatever its settings are. */
  readonly fitsStreams: boolean;
  /** How much each of its events matters, by type. */
  readonly events: Readonly<Record<string, EventLevel>>;
  /** How callers may be told of its refusals, by the errors' code. */
  readonly refusals: Readonly<Record<string, RefusalAnswer>>;
  specs(settings: unknown): readonly PolicySpec[];
}

interface CommonDefinition<S extends v.GenericSchema> {
  kind: string;
  schema: S;
  takesAnyValue?: boolean;
  ownValues?: readonly string[];
  perCall?: readonly string[];
  /** Whether it can stand around a method that returns a stream, with these settings. Default true. */
  fitsStreams?: boolean | ((settings: v.InferOutput<S>) => boolean);
  /** Default `'circuitBreaker'`: the innermost wrapper, or the outermost gate. */
  before?: string;
  /** How much each of its events matters, by type. An event that is not named here is `info`. */
  events?: Readonly<Record<string, EventLevel>>;
  /**
   * How callers may be told of its refusals, by the errors' code. Default: status 503, and that the request cannot be
   * served at the moment.
   */
  refusals?: Readonly<Record<string, RefusalAnswer>>;
}

type PolicyClass<Settings> = new (settings: Settings, environment: Environment) => Policy;

/** The definition of a kind of policy: one `policy` of a `scope`, or several `parts`. */
export type PolicyDefinition<S extends v.GenericSchema> = CommonDefinition<S> &
  (
    | { scope: 'provider' | 'method'; policy: PolicyClass<v.InferOutput<S>> }
    | { parts: readonly PolicyPart<v.InferOutput<S>>[] }
  );

/**
 * A kind of policy. `policy` is a class with the constructor `(settings, environment)`, where `settings` is what
 * `schema` reads the options into; its instances are gates (`enter`, `leave`) or wrappers (`execute`).
 */
export function definePolicy<S extends v.GenericSchema>(definition: PolicyDefinition<S>): PolicyKind {
  const { kind, schema, takesAnyValue = false, ownValues = [], perCall = [], before } = definition;
  const { fitsStreams = true, events = {}, refusals = {} } = definition;
  const parts =
    'parts' in definition
      ? definition.parts
      : [definePart({ name: kind, scope: definition.scope, of: unchanged, policy: definition.policy })];
  const specsOf = (settings: v.InferOutput<S>): readonly PolicySpec[] =>
    parts.flatMap(({ name, scope, option, of, create, besideOf }) => {
      const own = of(settings);
      if (own === undefined) return [];
      // No call passes through what is made of one option for all methods.
      const fits = option !== undefined || (typeof fitsStreams === 'function' ? fitsStreams(settings) : fitsStreams);
      const make = (environment: Environment) => create(own, environment);
      const beside = besideOf?.(own);
      return [{ kind, name, scope, option, beside, fitsStreams: fits, settings: own, create: make }];
    });
  return {
    kind,
    schema,
    takesAnyValue,
    ownValues,
    perCall,
    before,
    fitsStreams: fitsStreams === true,
    events,
    refusals,
    parts: parts.map(({ name }) => name),
    specs: specsOf as (settings: unknown) => readonly PolicySpec[],
  };
}

/** One of several policies of a kind. `of` picks its settings; `undefined` leaves the policy out. */
export function definePart<All, Settings>(
  part: Pick<PolicyPart<All>, 'name' | 'scope' | 'option'> & {
    of: (settings: All) => Settings | undefined;
    besideOf?: (settings: Settings) => string | undefined;
    policy: PolicyClass<Settings>;
  },
): PolicyPart<All> {
  const { policy: Policy, besideOf, ...rest } = part;
  const beside = besideOf && { besideOf: besideOf as (settings: unknown) => string | undefined };
  return { ...rest, ...beside, create: (settings, environment) => new Policy(settings as Settings, environment) };
}

function unchanged<T>(settings: T): T {
  return settings;
}
