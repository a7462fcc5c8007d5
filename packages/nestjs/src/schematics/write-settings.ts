import type ts from 'typescript';
import type { NestAddOptions } from './nest-add.options.js';
import { providerSettings, variableOf } from './provider-settings.js';
import type { SourceStyle } from './source-style.js';
import { SourceText } from './source-text.js';
import { write, type Workspace } from './workspace.js';

/** The file of the settings, beside the root module. */
export const SETTINGS_FILE = 'resilience.config';

/** The file to write, and the style of a new one. */
interface SettingsFile {
  readonly path: string;
  readonly style: SourceStyle;
}

/**
 * Writes `resilience.config.ts`, or adds the provider to the one that stands there. Returns what the user has to do by
 * hand, if anything.
 */
export function writeSettings(
  files: Workspace,
  { path, style }: SettingsFile,
  options: NestAddOptions,
): string | undefined {
  if (!files.exists(path)) {
    files.create(path, style.withNewlines(style.of(settingsFile(options))));
    return undefined;
  }
  if (!options.provider) return undefined;
  const source = new SourceText(path, files.readText(path));
  const { ts } = source;
  const object = source.find(
    (node): node is ts.PropertyAssignment => ts.isPropertyAssignment(node) && node.name.getText() === 'providers',
  )?.initializer;
  if (object === undefined || !ts.isObjectLiteralExpression(object))
    return `${path} has no list of providers that could be added to: add ${options.provider} there`;
  if (source.valueOf(object, options.provider) !== undefined) return undefined;
  source.append(object, [providerSettings(options.provider, options)]);
  if (options.webhook) source.addImport('secret', '@breakwater/nestjs');
  write(files, path, source.toString());
  return undefined;
}

function settingsFile(options: NestAddOptions): string {
  const { provider, webhook } = options;
  const imported = webhook && provider ? 'secret, type ResilienceOptions' : 'type ResilienceOptions';
  const first = provider
    ? `${providerSettings(provider, options)},`
    : "// payments: { http: { baseUrl: 'https://api.payments.example' } },";
  return `import { registerAs } from '@nestjs/config';
import { ${imported} } from '@breakwater/nestjs';

/**
 * The third parties that this application calls, each by a name of your own.
 * The environment can set any option, too:
 * RESILIENCE__${variableOf(provider || 'payments')}__RETRY__ATTEMPTS=5.
 */
export const resilienceConfig = registerAs(
  'resilience',
  (): ResilienceOptions => ({
    providers: {
      ${first.replaceAll('\n', '\n      ')}
    },
  }),
);
`;
}
