import type { Fault } from '@breakwater/core';
import { settings, type Layer, type ProviderHttp } from '@breakwater/core/adapter';
import { mergeProviderSettings } from '../config/merge-provider-settings.js';
import type { LayeredSettings } from '../config/read-resilience.js';
import { providerPath } from '../config/provider-path.js';
import { readSections, withoutSections } from '../config/read-sections.js';
import type { Section } from '../config/section.js';
import { referencedSecrets, type ReferencedSecret } from '../config/fields/referenced-secrets.js';
import type { SecretReader } from '../config/fields/secret-reader.js';

/** The HTTP settings of a provider that has no such section. */
const UNREACHABLE: ProviderHttp = { settings: () => undefined, credential: () => undefined };

/**
 * The sections of every provider's settings, as they are now: `reconfigure` replaces them while the application runs.
 */
export class ProviderSections {
  private readonly layers: Map<string, LayeredSettings>;

  constructor(
    providers: readonly LayeredSettings[],
    private readonly known: readonly Section[],
    private readonly secrets: SecretReader,
  ) {
    this.layers = new Map(providers.map((layers) => [layers.name, layers]));
  }

  /** Faults of the sections beyond their form, such as a secret that is not set. */
  get faults(): readonly Fault[] {
    return [...this.layers.values()].flatMap(({ name, settings: own, top, sections }) =>
      this.faultsIn(name, mergeProviderSettings(this.known, own, top), sections),
    );
  }

  /** Every secret that the settings of the providers refer to. */
  get references(): readonly ReferencedSecret[] {
    return [...this.layers.keys()].flatMap((provider) => this.referencesOf(provider));
  }

  /** The providers whose settings refer to a secret of this name, or to a part of it. */
  usersOf(name: string): readonly string[] {
    const isIt = ({ secret }: ReferencedSecret) => secret.name === name || secret.name.startsWith(`${name}#`);
    return [...this.layers.keys()].filter((provider) => this.referencesOf(provider).some(isIt));
  }

  private referencesOf(provider: string): readonly ReferencedSecret[] {
    const { settings: own, top } = this.layers.get(provider)!;
    const merged = mergeProviderSettings(this.known, own, top);
    return this.known.flatMap(({ name }) => referencedSecrets(merged[name], `${provider}.${name}`));
  }

  /** A section of a provider; `undefined` when its settings have none, or none that can be used. */
  get<T>(provider: string, { name }: Section<T>): T | undefined {
    return this.layers.get(provider)?.sections.get(name) as T | undefined;
  }

  /** How a provider is reached over HTTP. Asked at each use: settings and secrets change. */
  httpOf(provider: string): ProviderHttp {
    const section = this.known.find(({ reach }) => reach !== undefined);
    return section?.reach?.(() => this.get(provider, section), this.secrets) ?? UNREACHABLE;
  }

  /** A section as it was given, right or wrong. */
  given(provider: string, { name }: Section): unknown {
    const layers = this.layers.get(provider);
    return layers && mergeProviderSettings(this.known, layers.settings, layers.top)[name];
  }

  /** The part that the engine reads of the settings of one provider alone, without the defaults for all. */
  own(provider: string): Layer {
    return this.engineSettings(this.layers.get(provider)?.own ?? {});
  }

  /** The part of a layer that the engine reads. */
  engineSettings(layer: Layer): Layer {
    return withoutSections(this.known, layer);
  }

  /**
   * A provider's settings with `patch` merged over them, and what is wrong with the sections, as at boot, also with
   * what the environment hides of the patch. The secrets of sections that the patch does not name are not asked for: an
   * incident is no time to learn that one of them is gone.
   */
  patched(provider: string, patch: unknown): LayeredSettings {
    const { name, settings: standing, top, own } = this.layers.get(provider)!;
    const changes: Layer = settings.isPlain(patch) ? patch : {};
    const patched = mergeProviderSettings(this.known, standing, changes);
    const merged = mergeProviderSettings(this.known, patched, top);
    const faultsOf = (layer: Layer): readonly Fault[] => {
      const read = readSections(this.known, name, layer);
      const changed = Object.fromEntries(Object.entries(layer).filter(([option]) => changes[option] !== undefined));
      return [...read.faults, ...this.faultsIn(name, changed, read.sections)];
    };
    const faults = faultsOf(merged);
    const places = new Set(faults.map(({ path }) => path));
    const hidden = faultsOf(mergeProviderSettings(this.known, merged, changes)).filter(({ path }) => !places.has(path));
    const { sections } = readSections(this.known, name, merged);
    return { name, settings: patched, top, own, sections, faults: [...faults, ...hidden] };
  }

  /** Makes patched settings the current ones. */
  replace(layers: LayeredSettings): void {
    this.layers.set(layers.name, layers);
  }

  private faultsIn(provider: string, layer: Layer, sections: ReadonlyMap<string, unknown>): readonly Fault[] {
    return this.known.flatMap((section) => {
      const given = layer[section.name];
      if (given === undefined) return [];
      const path = `${providerPath(provider)}.${section.name}`;
      return section.faults({ given, settings: sections.get(section.name) }, this.secrets, path);
    });
  }
}
