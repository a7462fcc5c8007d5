import { isWebhookConfigurationError } from '../contract/webhook-configuration-error.js';
import { senders } from '../senders/index.js';
import { HELP } from './help.js';
import { readArguments } from './read-arguments.js';
import { sendWebhook } from './send-webhook.js';
import type { Terminal } from './terminal.js';
import { UsageError } from './usage-error.js';

/** Exit codes: as hoped, otherwise, and a command that was not understood. */
const AS_HOPED = 0;
const OTHERWISE = 1;
const NOT_UNDERSTOOD = 2;

/** Runs `breakwater-webhook` and returns its exit code. Never rejects. */
export async function runCommand(args: readonly string[], terminal: Terminal): Promise<number> {
  const [command, ...rest] = args;
  if (command === undefined || args.includes('--help') || args.includes('-h') || command === 'help') {
    terminal.write(HELP);
    return command === undefined ? NOT_UNDERSTOOD : AS_HOPED;
  }
  try {
    if (command === 'senders') {
      for (const { name, aliases = [] } of senders) terminal.write(`${[name, ...aliases].join(', ')}\n`);
      return AS_HOPED;
    }
    if (command !== 'send') throw new UsageError(`there is no command "${command}"; there are send and senders`);
    return (await sendWebhook(readArguments(rest, terminal.environment), terminal)) ? AS_HOPED : OTHERWISE;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    terminal.complain(`breakwater-webhook: ${message}\n`);
    if (!(error instanceof UsageError)) return isWebhookConfigurationError(error) ? NOT_UNDERSTOOD : OTHERWISE;
    terminal.complain('Try breakwater-webhook --help\n');
    return NOT_UNDERSTOOD;
  }
}
