import { describe, expect, it } from '@jest/globals';
import { MemoryStore } from '@breakwater/core';
import type { ResilienceOptions } from '../composition/resilience.options.js';
import { sections } from '../composition/sections.js';
import { mergeModuleOptions } from './merge-module-options.js';

describe('options over those of the configuration', () => {
  it('leave what they do not name of a provider as it was', () => {
    const http = { baseUrl: 'https://a.example' };
    expect(
      mergeModuleOptions(
        sections,
        {
          defaults: { timeout: { attempt: '1s', total: '5s' } },
          providers: { payments: { http, retry: { attempts: 5 }, circuitBreaker: true }, email: {} },
        },
        { defaults: { timeout: { attempt: '2s' } }, providers: { payments: { retry: { attempts: 2 } }, crm: {} } },
      ),
    ).toEqual({
      defaults: { timeout: { attempt: '2s', total: '5s' } },
      providers: { payments: { http, retry: { attempts: 2 }, circuitBreaker: true }, email: {}, crm: {} },
    });
  });

  it('replace a store, and what is no object of settings', () => {
    const store = new MemoryStore();
    const merged = mergeModuleOptions(
      sections,
      { store: new MemoryStore(), enabled: true, providers: { payments: {} } },
      {
        store,
        enabled: false,
        providers: { payments: 5 },
      } as unknown as ResilienceOptions,
    );
    expect(merged).toEqual({ store, enabled: false, providers: { payments: 5 } });
    expect(merged.store).toBe(store);
  });

  it('say nothing where they are undefined', () => {
    const below: ResilienceOptions = { enabled: false, providers: { payments: { retry: true } } };
    const nothing = { enabled: undefined, providers: { payments: undefined } } as unknown as ResilienceOptions;
    expect(mergeModuleOptions(sections, below, nothing)).toEqual(below);
  });
});
