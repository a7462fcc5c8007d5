import { senderTraits } from '@breakwater/webhooks';
import type { NestAddOptions } from './nest-add.options.js';

const DEPTH = 10;
const WIDTH = 80;

/** The settings of a first provider: enough to be of use, little enough to be read. */
export function providerSettings(name: string, { baseUrl, webhook }: NestAddOptions): string {
  const variable = variableOf(name);
  const url = quoted(baseUrl ?? `https://api.${hostOf(name)}.example`);
  const lines = [
    `${propertyName(name)}: {`,
    `  http: {`,
    ...setting('baseUrl', `process.env['${variable}_URL'] ?? ${url}`),
    `  },`,
    `  timeout: { attempt: '2s', total: '10s' },`,
    `  retry: { attempts: 3 },`,
    `  circuitBreaker: { failureRate: 0.5, minimumCalls: 20, openFor: '5s' },`,
    ...(webhook ? webhookLines(webhook, name, variable) : []),
    '}',
  ];
  return lines.join('\n');
}

function webhookLines(sender: string, name: string, variable: string): readonly string[] {
  const url = quoted(`https://shop.example/webhooks/${hostOf(name)}`);
  return [
    `  webhook: {`,
    `    sender: ${quoted(sender)},`,
    // Signed by its sender, and not to be known from a request.
    ...(senderTraits(sender).signsUrl ? setting('url', `process.env['${variable}_WEBHOOK_URL'] ?? ${url}`) : []),
    `    secrets: [secret('${variable}_WEBHOOK_SECRET')],`,
    `  },`,
  ];
}

/** In as many lines as Prettier makes of it, at the depth at which it stands in the file. */
function setting(name: string, value: string): readonly string[] {
  const line = `${name}: ${value},`;
  if (DEPTH + line.length <= WIDTH) return [`    ${line}`];
  const values = DEPTH + 2 + value.length + 1 <= WIDTH ? value : value.replace(' ?? ', ' ??\n      ');
  return [`    ${name}:`, ...`      ${values},`.split('\n')];
}

/** The class that a user writes for a provider, such as `PaymentsClient`. */
export function clientName(provider: string): string {
  const words = provider.split(/[^A-Za-z0-9]+/).filter(Boolean);
  return `${words.map((word) => word[0]!.toUpperCase() + word.slice(1)).join('')}Client`;
}

/** How the environment names what belongs to a provider: `payments-eu` is `PAYMENTS_EU`. */
export function variableOf(provider: string): string {
  return provider
    .replaceAll(/(?<=[a-z0-9])(?=[A-Z])/g, '_')
    .replaceAll(/[^A-Za-z0-9]+/g, '_')
    .toUpperCase();
}

function propertyName(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : quoted(name);
}

function hostOf(name: string): string {
  return variableOf(name).toLowerCase().replaceAll('_', '-');
}

function quoted(text: string): string {
  return `'${text.replaceAll(/['\\]/g, String.raw`\$&`)}'`;
}
