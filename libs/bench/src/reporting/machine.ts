import { arch, availableParallelism, cpus, platform, release, totalmem } from 'node:os';

/** The machine and the Node that this runs on, in a line. */
export function machine(): string {
  const model = cpus()[0]?.model.trim() ?? 'unknown processor';
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${availableParallelism()} × ${model}, ${memory} GB, ${platform()} ${release()} ${arch()}`;
}
