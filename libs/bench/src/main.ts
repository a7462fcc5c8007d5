import { benchCalls } from './bench-calls.js';
import { readOptions, USAGE, UsageError } from './options.js';

try {
  const options = readOptions(process.argv.slice(2));
  if (options.task === 'help') process.stdout.write(USAGE);
  else if (options.task === 'webhooks') await (await import('./webhooks/bench-webhooks.js')).benchWebhooks();
  else if (options.task === 'limits') await (await import('./limits/bench-limits.js')).benchLimits(options.only);
  else if (options.task === 'route') await (await import('./route/bench-route.js')).benchRoute();
  else if (options.task === 'telemetry') await (await import('./telemetry/bench-telemetry.js')).benchTelemetry();
  else await benchCalls(options);
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`${error.message}\n\n${USAGE}`);
  process.exitCode = 2;
}
