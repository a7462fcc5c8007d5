import { describe, expect, it } from '@jest/globals';
import { mergeSettings as merge, type Layer } from './merge-settings.js';

/** As if `fallback` took a value of the user's own, and `chaos` had one within. */
const OWN = new Set(['fallback', 'chaos.outcome.value']);

function mergeSettings(...layers: readonly (Layer | undefined)[]): Layer {
  return merge(layers, (place) => OWN.has((place[0] === 'methods' ? place.slice(2) : place).join('.')));
}

describe('mergeSettings', () => {
  it('lays layers over each other: objects are merged, everything else is replaced, undefined says nothing', () => {
    const below = { retry: { attempts: 3, backoff: { initial: 1 } }, list: [1], kept: 1 };
    const above = { retry: { backoff: { max: 5 }, attempts: undefined }, list: [2], added: null };
    expect(mergeSettings(below, undefined, above)).toEqual({
      retry: { attempts: 3, backoff: { initial: 1, max: 5 } },
      list: [2],
      kept: 1,
      added: null,
    });
  });

  it('takes true for what stands there, and false for nothing', () => {
    expect(mergeSettings({ retry: { attempts: 5 } }, { retry: true })).toEqual({ retry: { attempts: 5 } });
    expect(mergeSettings({ retry: { attempts: 5 } }, { retry: false })).toEqual({ retry: false });
    expect(mergeSettings({ retry: false }, { retry: true })).toEqual({ retry: true });
  });

  it('keeps instances as they are, and shares no object with its layers', () => {
    const date = new Date();
    const layer = { date, nested: { a: 1 } };
    const merged = mergeSettings(layer);
    expect(merged['date']).toBe(date);
    expect(merged['nested']).not.toBe(layer.nested);
  });

  it('never mixes two values of the user’s own', () => {
    expect(mergeSettings({ fallback: { a: 1 } }, { fallback: { b: 2 } })).toEqual({ fallback: { b: 2 } });
    expect(mergeSettings({ fallback: { a: 1 } }, { fallback: true })).toEqual({ fallback: true });
  });

  it('copies lists and what is in them', () => {
    const layer = { rateLimit: { quotas: [{ limit: 10 }, [{ limit: 20 }]] } };
    const merged = mergeSettings(layer);
    layer.rateLimit.quotas.length = 0;
    expect(merged).toEqual({ rateLimit: { quotas: [{ limit: 10 }, [{ limit: 20 }]] } });
    const [quota] = (merged['rateLimit'] as { quotas: { limit: number }[] }).quotas;
    const again = mergeSettings(merged);
    quota!.limit = 1;
    expect(again).toEqual({ rateLimit: { quotas: [{ limit: 10 }, [{ limit: 20 }]] } });
  });

  it('knows a value of the user’s own by its place, and a method may have any name', () => {
    const below = {
      methods: { fallback: { retry: { attempts: 5 }, fallback: { a: 1 } }, methods: { retry: { a: 1 } } },
    };
    const above = {
      methods: { fallback: { retry: { refusals: true }, fallback: { b: 2 } }, methods: { retry: { b: 2 } } },
    };
    expect(mergeSettings(below, above)).toEqual({
      methods: {
        fallback: { retry: { attempts: 5, refusals: true }, fallback: { b: 2 } },
        methods: { retry: { a: 1, b: 2 } },
      },
    });
    expect(mergeSettings({ other: { fallback: { a: 1 } } }, { other: { fallback: { b: 2 } } })).toEqual({
      other: { fallback: { a: 1, b: 2 } },
    });
  });

  it('takes the made-up outcome of chaos as it is, and replaces it as a whole', () => {
    const chaos = (value: unknown) => ({ chaos: { outcome: { rate: 1, value } } });
    const inMethod = (value: unknown) => ({ methods: { charge: chaos(value) } });
    expect(mergeSettings(chaos({ a: 1 }), chaos({ b: 2 }))).toEqual(chaos({ b: 2 }));
    expect(mergeSettings(chaos({ a: 1 }), chaos(true))).toEqual(chaos(true));
    expect(mergeSettings(inMethod({ a: 1 }), inMethod({ b: 2 }))).toEqual(inMethod({ b: 2 }));
    const cyclic: Record<string, unknown> = {};
    cyclic['self'] = cyclic;
    const merged = mergeSettings(chaos(cyclic)) as { chaos: { outcome: { value: unknown } } };
    expect(merged.chaos.outcome.value).toBe(cyclic);
  });

  it('takes a name for nothing but a name', () => {
    const layer = JSON.parse('{ "__proto__": { "retry": { "attempts": 9 } } }') as Layer;
    const merged = mergeSettings(layer, layer);
    expect(Object.keys(merged)).toEqual(['__proto__']);
    expect(merged['retry']).toBeUndefined();
  });
});
