import type { PolicySpec } from '../engine/policy.js';
import type { PolicyKind, RefusalAnswer } from '../engine/policy-kind.js';
import { answerStorageEvents } from '../cache-storage/answer-storage.telemetry.js';
import { engineEvents } from '../events/engine-events.js';
import { httpCacheEvents } from '../http/cache/http-cache.telemetry.js';
import type { EventLevel } from '../events/event-hub.js';
import { ResilienceConfigurationError, type Fault } from '../settings/fault.js';
import { mergeSettings, type Layer } from '../settings/merge-settings.js';
import { readSettings } from '../settings/read-settings.js';
import { shownName, unknownName } from '../settings/unknown-name.js';

/** Where a kind stands in the pipeline's order, or one of its parts. */
type Place = PolicyKind | readonly [kind: PolicyKind, part: string];

/** Where a kind stands that does not say so: the innermost wrapper, or the outermost gate. */
const BEFORE = 'circuitBreaker';
/** Names of settings that no kind can have. */
const TAKEN = new Set(['methods', 'classify', 'enabled']);

/** The kinds of policies that settings may name, and their fixed order around a method. */
export class PolicyCatalog {
  readonly kinds: readonly PolicyKind[];
  /** The names of all parts, outermost first. */
  private readonly order: readonly string[];
  /** The places, within the settings, of values that are the user's own. */
  private readonly ownValues: ReadonlySet<string>;
  private readonly levels: ReadonlyMap<string, EventLevel>;

  /** `places` are in order, outermost first. A part that is not placed by itself stands where its kind does. */
  constructor(private readonly places: readonly Place[]) {
    this.kinds = [...new Set(places.map(kindAt))];
    const placed = new Set(places.flatMap((place) => ('kind' in place ? [] : [place[1]])));
    this.order = places.flatMap((place) =>
      'kind' in place ? place.parts.filter((part) => !placed.has(part)) : [place[1]],
    );
    this.levels = new Map(
      [engineEvents, answerStorageEvents, httpCacheEvents, ...this.kinds.map(({ events }) => events)].flatMap(
        Object.entries<EventLevel>,
      ),
    );
    this.ownValues = new Set(
      this.kinds.flatMap(({ kind, takesAnyValue, ownValues }) =>
        takesAnyValue ? [kind] : ownValues.map((at) => `${kind}.${at}`),
      ),
    );
  }

  /**
   * The same with further kinds, each where it says. Throws a `ResilienceConfigurationError` for names that are taken
   * or unknown.
   */
  with(kinds: readonly PolicyKind[]): PolicyCatalog {
    return kinds.reduce<PolicyCatalog>((catalog, kind) => catalog.withOne(kind), this);
  }

  /** Layers of settings laid over each other, the weakest first: see `mergeSettings`. */
  merge(...layers: readonly (Layer | undefined)[]): Layer {
    return mergeSettings(layers, this.isOwnValue);
  }

  /** The policies that merged settings describe, by kind; faults are added to `faults`. */
  read(settings: Layer, path: string, faults: Fault[]): ReadonlyMap<string, readonly PolicySpec[]> {
    const specs = new Map<string, readonly PolicySpec[]>();
    for (const { kind, schema, takesAnyValue, specs: make } of this.kindsIn(settings)) {
      const given = settings[kind];
      if (given === null && !takesAnyValue) {
        faults.push({ path: `${path}.${kind}`, message: 'null given; expected its options, or false to leave it out' });
        continue;
      }
      const read = readSettings(schema, given === true && !takesAnyValue ? {} : given, `${path}.${kind}`);
      if (read.faults !== undefined) faults.push(...read.faults.map((fault) => orFalse(fault, `${path}.${kind}`)));
      else specs.set(kind, make(read.settings));
    }
    return specs;
  }

  /** The kinds of policies that settings name. */
  kindsIn(settings: Layer): readonly PolicyKind[] {
    return this.kinds.filter(({ kind, takesAnyValue }) => {
      const given = settings[kind];
      return given !== undefined && (given !== false || takesAnyValue);
    });
  }

  kind(name: string): PolicyKind | undefined {
    return this.kinds.find(({ kind }) => kind === name);
  }

  /** How much an event of this type matters. */
  levelOf(type: string): EventLevel {
    return this.levels.get(type) ?? 'info';
  }

  /** How a caller may be told of an error with this code; `undefined` where no kind says so. */
  answerTo(code: string): RefusalAnswer | undefined {
    return this.kinds.find(({ refusals }) => Object.hasOwn(refusals, code))?.refusals[code];
  }

  /** A fault for every setting that is neither a policy nor one of `others`. */
  unknown(settings: Layer, path: string, others: readonly string[]): readonly Fault[] {
    const known = [...this.kinds.map(({ kind }) => kind), ...others];
    return Object.keys(settings)
      .filter((name) => !known.includes(name))
      .map((name) => ({ path: `${path}.${shownName(name, known)}`, message: unknownName('setting', name, known) }));
  }

  /** Policies as a pipeline has them, outermost first. */
  inOrder(specs: readonly PolicySpec[]): readonly PolicySpec[] {
    return [...specs].sort((a, b) => this.order.indexOf(a.name) - this.order.indexOf(b.name));
  }

  private withOne(added: PolicyKind): PolicyCatalog {
    const { kind, before = BEFORE } = added;
    const fault = (message: string) => new ResilienceConfigurationError([{ path: `policies.${kind}`, message }]);
    if (TAKEN.has(kind) || this.kind(kind) !== undefined) throw fault('there is a setting of this name already');
    const at = this.places.findIndex((place) => namesAt(place).includes(before));
    if (at < 0) throw fault(`before: ${unknownName('policy', before, this.order)}`);
    return new PolicyCatalog(this.places.toSpliced(at, 0, added));
  }

  /**
   * Known by its place, as names may be the user's, too: `methods.fallback` is the method `fallback`,
   * `methods.charge.fallback` its fallback.
   */
  private readonly isOwnValue = (place: readonly string[]): boolean =>
    this.ownValues.has((place[0] === 'methods' ? place.slice(2) : place).join('.'));
}

function kindAt(place: Place): PolicyKind {
  return 'kind' in place ? place : place[0];
}

function namesAt(place: Place): readonly string[] {
  return 'kind' in place ? [place.kind, ...place.parts] : [place[1]];
}

/** Where something stands in the place of all options, `off` may have been meant. */
function orFalse({ path, message }: Fault, place: string): Fault {
  return { path, message: path === place ? `${message}, or false to leave it out` : message };
}
