import type { Fault } from '@breakwater/core';
import { settings, type Layer } from '@breakwater/core/adapter';
import { describeGiven } from './describe-given.js';
import { providerPath } from './provider-path.js';
import type { Section } from './section.js';

/** The sections of one provider's settings, by name, and what is wrong with their form. */
export interface ReadSections {
  readonly sections: ReadonlyMap<string, unknown>;
  readonly faults: readonly Fault[];
}

/** Reads those sections that a provider's merged settings have. */
export function readSections(known: readonly Section[], provider: string, layer: Layer): ReadSections {
  const faults: Fault[] = [];
  const sections = new Map<string, unknown>();
  for (const section of known) {
    const { name, schema } = section;
    if (layer[name] === undefined) continue;
    const path = `${providerPath(provider)}.${name}`;
    const read = settings.readSettings(schema, layer[name], path, describeGiven(section));
    if (read.faults === undefined) sections.set(name, read.settings);
    else faults.push(...read.faults);
  }
  return { sections, faults };
}

/** The settings of a provider that the engine reads. Anything but an object is left for it to refuse. */
export function withoutSections(known: readonly Section[], layer: Layer): Layer {
  if (!settings.isPlain(layer)) return layer;
  return Object.fromEntries(Object.entries(layer).filter(([name]) => !known.some((section) => section.name === name)));
}
