import { benchCalls } from './bench-calls.js';
import { readOptions, USAGE, UsageError } from './options.js';
import { TASKS } from './tasks.js';

try {
  const options = readOptions(process.argv.slice(2));
  if (options.task === 'help') process.stdout.write(USAGE);
  else if (options.task === 'compare') await benchCalls(options);
  else await TASKS[options.task]!.run(options.only);
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`${error.message}\n\n${USAGE}`);
  process.exitCode = 2;
}
