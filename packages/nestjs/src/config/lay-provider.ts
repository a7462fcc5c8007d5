import { mergeSettings, settings, type Layer } from '@breakwater/core/adapter';

/**
 * Layers of one provider's settings laid over each other, the weakest first, as `mergeSettings` does. What is one of several kinds is
 * replaced as a whole: a credential by one of another kind, a definition of a webhook's sender by any other.
 */
export function layProvider(...layers: readonly (Layer | undefined)[]): Layer {
  return layers.reduce<Layer>((below, above = {}) => mergeSettings(withoutReplaced(below, above), above), {});
}

function withoutReplaced(below: Layer, above: Layer): Layer {
  const auth = optionOf(above, 'http', 'auth');
  const isOtherKind = settings.isPlain(auth) && !namesAny(optionOf(below, 'http', 'auth'), auth);
  const isOtherSender = settings.isPlain(optionOf(above, 'webhook', 'sender'));
  return {
    ...below,
    ...(isOtherKind && { http: without(below['http'], 'auth') }),
    ...(isOtherSender && { webhook: without(below['webhook'], 'sender') }),
  };
}

function optionOf(layer: Layer, section: string, option: string): unknown {
  const given = layer[section];
  return settings.isPlain(given) ? given[option] : undefined;
}

function namesAny(standing: unknown, given: Layer): boolean {
  return settings.isPlain(standing) && Object.keys(given).some((name) => (standing[name] ?? undefined) !== undefined);
}

function without(section: unknown, option: string): unknown {
  return settings.isPlain(section) ? { ...section, [option]: undefined } : section;
}
