import { fork } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compileProcess, removeProcess } from '@breakwater/servers';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { SqliteStore } from './sqlite-store.js';

/** Root may write everywhere: there the store is opened by the user to whom nothing belongs. */
const OTHER_USER = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};

describe('SqliteStore says why it cannot use', () => {
  let script: string;
  let folder: string;
  let file: string;

  beforeAll(async () => {
    script = await compileProcess(new URL('opener.fixture.ts', import.meta.url));
  });
  afterAll(() => removeProcess(script));
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'breakwater-'));
    file = join(folder, 'store.sqlite');
    chmodSync(folder, 0o777);
  });
  afterEach(() => {
    chmodSync(folder, 0o777);
    rmSync(folder, { recursive: true, force: true });
  });

  async function opened(): Promise<unknown> {
    const child = fork(script, [file], { ...OTHER_USER, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    const [answer] = (await once(child, 'message')) as [unknown];
    return answer;
  }

  /** The code depends on how far SQLite came. */
  const refusal = (message: RegExp) => ({
    name: 'SqliteStoreError',
    code: expect.stringMatching(/^SQLITE_(CANTOPEN|READONLY)$/),
    message: expect.stringMatching(message),
  });

  it('nothing, where it may write to the directory', async () => {
    expect(await opened()).toBe('opened');
  });

  it('a directory that it may not write to, with and without a file in it', async () => {
    chmodSync(folder, 0o555);
    const why = /this process may not write to '.*', where SQLite keeps files beside it \(EACCES\)$/;
    expect(await opened()).toEqual(refusal(why));
    chmodSync(folder, 0o777);
    await new SqliteStore({ file }).close();
    chmodSync(file, 0o666);
    chmodSync(folder, 0o555);
    expect(await opened()).toEqual(refusal(why));
  });

  it('a file that it may only read, or not even that', async () => {
    await new SqliteStore({ file }).close();
    const why = /this process may not read and write it \(EACCES\)$/;
    chmodSync(file, 0o444);
    expect(await opened()).toEqual(refusal(why));
    chmodSync(file, 0o000);
    expect(await opened()).toEqual(refusal(why));
  });

  it('a directory in its place, and a file in the place of its directory', async () => {
    mkdirSync(file);
    expect(await opened()).toEqual(refusal(/: it is a directory, or something else/));
    rmSync(file, { recursive: true });
    writeFileSync(file, '');
    file = join(file, 'store.sqlite');
    expect(await opened()).toEqual(refusal(/store\.sqlite' is not a directory$/));
  });
});
