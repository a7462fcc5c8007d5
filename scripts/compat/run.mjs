import { spawnSync } from 'node:child_process';

/** Runs a command to its end, and says what it printed only where it fails. */
export function run(command, args, cwd, env = process.env) {
  const result = spawnSync(command, args, { cwd, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  if (result.status === 0) return result.stdout;
  process.stdout.write(`${result.stdout}\n${result.stderr}\n`);
  throw new Error(`${command} ${args.join(' ')} ended with ${result.status} in ${cwd}`);
}
