import 'reflect-metadata';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { transformSync } from '@swc/core';
import { Module, type Type } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import type { ResilienceOptions } from '../src/index.js';
import { ResilienceTestingModule } from '../src/testing/index.js';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const FOLDER = join(ROOT, 'node_modules', '.cache', 'documents-that-boot');
const DOCUMENTS = [
  'README.md',
  'docs/recipes.md',
  ...readdirSync(join(ROOT, 'docs', 'policies'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/policies/${name}`),
];

/** Blocks that start an application or a test themselves, or need a server or a file. */
const NOT_HERE = /NestFactory|createTestingModule|new Redis|new Pool|SqliteStore|sqliteDriver|registerAs/;

/** The settings of a provider that `nest add` writes, which README.md has it do. */
const WRITTEN = { timeout: { attempt: '2s' }, webhook: { sender: 'stripe', secrets: ['whsec_test'] } } as const;

interface Block {
  readonly place: string;
  readonly code: string;
}

/** The blocks of a document that decorate methods or import the module. */
function blocksOf(document: string): Block[] {
  const text = readFileSync(join(ROOT, document), 'utf8');
  return [...text.matchAll(/^```ts\n([\s\S]*?)^```$/gm)]
    .map(({ 1: code, index }) => ({ place: `${document}:${text.slice(0, index).split('\n').length}`, code: code! }))
    .filter(({ code }) => /@Resilient\(|ResilienceModule\.forRoot/.test(code) && !NOT_HERE.test(code));
}

async function exportsOf({ place, code }: Block): Promise<Record<string, unknown>> {
  const file = join(FOLDER, `${place.replaceAll(/\W+/g, '-')}.mjs`);
  const { code: module } = transformSync(code, {
    jsc: {
      target: 'es2022',
      parser: { syntax: 'typescript', decorators: true },
      transform: { legacyDecorator: true, decoratorMetadata: true },
    },
    module: { type: 'es6' },
  });
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(file, module);
  return (await import(file)) as Record<string, unknown>;
}

/** The application of a block: its own module, or one of its classes with the settings that it exports by name. */
function applicationOf({ place, code }: Block, exported: Record<string, unknown>): Type {
  const classes = Object.values(exported).filter((value) => typeof value === 'function') as Type[];
  const own = classes.find(({ name }) => name.endsWith('Module'));
  const hasModule = code.includes('ResilienceModule.forRoot');
  const named = [...code.matchAll(/(?:@Resilient|@Inject(?:Provider|Fetch|Http))\('([^']+)'/g)].map(
    ([, name]) => name!,
  );
  const plain = { http: { baseUrl: 'https://api.example' }, ...(place.startsWith('README.md:') && WRITTEN) };
  const providers: ResilienceOptions['providers'] = Object.fromEntries(
    named.map((name) => [name, { ...plain, ...(exported[name] as object) }]),
  );
  const parts = own === undefined ? { providers: classes } : { imports: [own] };
  const resilience = hasModule
    ? ResilienceTestingModule
    : ResilienceTestingModule.forRoot({ providers, logger: false });

  class Application {}
  Module({ ...parts, imports: [...(parts.imports ?? []), resilience] })(Application);
  return Application;
}

describe('an example of the documents', () => {
  const blocks = DOCUMENTS.flatMap(blocksOf);

  it('is found in most of them', () => {
    expect(blocks.length).toBeGreaterThan(15);
  });

  it.each(blocks)('boots with its settings: $place', async (block) => {
    const exported = await exportsOf(block);
    const module = await Test.createTestingModule({ imports: [applicationOf(block, exported)] }).compile();
    await expect(module.init()).resolves.toBeDefined();
    await module.close();
  });
});
