import { mkdtemp, mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A directory whose files are replaced all at once, as the kubelet does with a mounted secret. */
export interface MountedVolume {
  readonly directory: string;
  /** Replaces all files. The generation before is removed, as the kubelet does. */
  swap(files: Readonly<Record<string, string>>): Promise<void>;
  remove(): Promise<void>;
}

/** Makes the directory. Source: Kubernetes, `pkg/volume/util/atomic_writer.go`. */
export async function mountVolume(files: Readonly<Record<string, string>>): Promise<MountedVolume> {
  const directory = await mkdtemp(join(tmpdir(), 'breakwater-volume-'));
  let generation = 0;
  let standing: string | undefined;
  const linked = new Set<string>();
  const swap = async (next: Readonly<Record<string, string>>): Promise<void> => {
    const name = `..generation_${++generation}`;
    const folder = join(directory, name);
    await mkdir(folder);
    for (const [file, text] of Object.entries(next)) await writeFile(join(folder, file), text);
    await symlink(name, join(directory, '..data_tmp'));
    await rename(join(directory, '..data_tmp'), join(directory, '..data'));
    for (const file of Object.keys(next)) {
      if (!linked.has(file)) await symlink(join('..data', file), join(directory, file));
      linked.add(file);
    }
    if (standing !== undefined) await rm(standing, { recursive: true, force: true });
    standing = folder;
  };
  await swap(files);
  return { directory, swap, remove: () => rm(directory, { recursive: true, force: true }) };
}
