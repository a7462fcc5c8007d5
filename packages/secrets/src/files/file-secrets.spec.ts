import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mountVolume } from '@breakwater/servers';
import { afterEach, describe, expect, it } from '@jest/globals';
import { TestClock } from '@breakwater/core/testing';
import { Secrets } from '../held/secrets.js';
import { secretSourceContract } from '../testing/index.js';
import { fileSecrets } from './file-secrets.js';

const clean: (() => unknown)[] = [];
afterEach(async () => {
  for (const each of clean.splice(0).toReversed()) await each();
});

async function folder(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'breakwater-files-'));
  clean.push(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

async function volume(files: Record<string, string>) {
  const mounted = await mountVolume(files);
  clean.push(() => mounted.remove());
  return mounted;
}

describe('fileSecrets over a mounted volume', () => {
  secretSourceContract(async () => {
    const files: Record<string, string> = { OTHER: 'another secret' };
    const mounted = await volume(files);
    return {
      source: fileSecrets({ directory: mounted.directory }),
      set: (name, value) => mounted.swap(Object.assign(files, { [name]: value })),
      remove(name) {
        delete files[name];
        return mounted.swap(files);
      },
    };
  });
});

describe('fileSecrets over plain files', () => {
  secretSourceContract(async () => {
    const directory = await folder();
    return {
      source: fileSecrets({ directory }),
      set: (name, value) => writeFile(join(directory, name), value),
      remove: (name) => rm(join(directory, name)),
      fail: (failing) =>
        failing
          ? rm(directory, { recursive: true })
          : recreate(directory, 'API_KEY', 'first-value-4eC39HqLyjWDarjtT1zdp7dc'),
    };
  });

  it('takes one line break at the end for no part of the secret', async () => {
    const directory = await folder();
    await writeFile(join(directory, 'KEY'), 'two\n\n');
    expect(await fileSecrets({ directory }).get('KEY')).toMatchObject({ value: 'two\n' });
  });

  it('reads nothing outside of its directory', async () => {
    const directory = await folder();
    for (const name of ['../etc/passwd', '/etc/passwd', '..', '.', 'a/../../b'])
      expect(await fileSecrets({ directory }).get(name)).toBeUndefined();
  });

  it('says that a directory is none before the application begins', async () => {
    const source = fileSecrets({ directory: '/nowhere/at/all' });
    await expect(
      (async () => source.open!({ clock: new TestClock(), random: Math.random, changed: () => undefined }))(),
    ).rejects.toThrow('files: /nowhere/at/all is no directory');
  });
});

describe('files that are replaced while they are read', () => {
  const pair = (n: number) => ({ user: `user-${n}`, password: `password-${n}` });

  it('never tears a pair apart in 10 000 readings', async () => {
    const mounted = await volume(pair(0));
    const source = fileSecrets({ directory: mounted.directory });
    let swaps = 0;
    let reading = true;
    const swapping = (async () => {
      while (reading) await mounted.swap(pair(++swaps));
    })();
    const torn: unknown[] = [];
    let replaced = 0;
    let last = '';
    for (let i = 0; i < 10_000; i++) {
      const all = await source.getAll!(['user', 'password']);
      const [user, password] = ['user', 'password'].map((name) => all.get(name)?.value.split('-')[1]);
      if (user === undefined || user !== password) torn.push({ user, password });
      if (user !== last) replaced++;
      last = user ?? '';
    }
    reading = false;
    await swapping;
    expect(torn).toEqual([]);
    expect(Math.min(swaps, replaced)).toBeGreaterThan(100);
  });

  it('swaps both at one moment for those who hold them, and hears of every replacement', async () => {
    const mounted = await volume(pair(0));
    const source = fileSecrets({ directory: mounted.directory });
    let heard: () => void = () => undefined;
    const secrets = new Secrets({ sources: [source], clock: new TestClock(), onEvent: () => heard() });
    clean.push(() => secrets.close());
    await secrets.load(['user', 'password']);
    for (let n = 1; n <= 20; n++) {
      const rotated = new Promise<void>((resolve) => (heard = resolve));
      await mounted.swap(pair(n));
      // No timer fires: the clock stands still.
      await rotated;
      expect([secrets.get('user'), secrets.get('password')]).toEqual([`user-${n}`, `password-${n}`]);
    }
  });

  it('follows a directory that is a link itself', async () => {
    const directory = await folder();
    const [first, second] = [await folder(), await folder()];
    await writeFile(join(first, 'KEY'), 'first');
    await writeFile(join(second, 'KEY'), 'second');
    const link = join(directory, 'link');
    await symlink(first, link);
    const source = fileSecrets({ directory: link });
    expect(await source.get('KEY')).toMatchObject({ value: 'first' });
    await rm(link);
    await symlink(second, link);
    expect(await source.get('KEY')).toMatchObject({ value: 'second' });
  });
});

async function recreate(directory: string, name: string, value: string): Promise<void> {
  await mkdir(directory);
  await writeFile(join(directory, name), value);
}
