import { isHeaderName, settings } from '@breakwater/core/adapter';
import * as v from 'valibot';
import { secretOptions, secretText, type SecretText } from '../fields/secret-text.js';
import { isHttpUrl } from '../fields/is-http-url.js';
import { customSetting } from '../fields/custom-setting.js';

/** How a provider is reached over HTTP by the client that `@InjectHttp` injects. */
export interface HttpOptions {
  /** Absolute. What is said below goes to this origin only: neither to an absolute URL elsewhere nor along a redirect away. */
  baseUrl: string;
  /** The credential of every request, read anew for each, so that a secret can be rotated. A header that the caller sets wins. */
  auth?: HttpAuth;
  /** Further headers of every request. */
  headers?: Readonly<Record<string, string>>;
}

/** `Authorization: Bearer …`, `Authorization: Basic …` (RFC 7617), or a header of the provider's own, such as `X-Api-Key`. */
export type HttpAuth =
  | { bearer: SecretText }
  | { basic: { username: SecretText; password: SecretText } }
  | { header: { name: string; value: SecretText } };

const basic = settings.options({ username: secretText('API_USERNAME'), password: secretText('API_PASSWORD') });
const header = settings.options({
  name: customSetting<string>(isHeaderName, "the name of a header, for example 'X-Api-Key'"),
  value: secretText('API_KEY'),
});
const auth = settings.options({
  bearer: settings.optional(secretText('API_KEY')),
  basic: settings.optional(secretOptions(basic, 'password', "{ username: 'shop', password: secret('API_PASSWORD') }")),
  header: settings.optional(secretOptions(header, 'value', "{ name: 'X-Api-Key', value: secret('API_KEY') }")),
});

const eachHeader = v.rawCheck<Readonly<Record<string, string>>>(({ dataset, addIssue }) => {
  if (!dataset.typed) return;
  const { value: input } = dataset;
  const wrong = (key: string, value: unknown, expected: string) =>
    addIssue({ message: `expected ${expected}`, path: [{ type: 'object', origin: 'value', input, key, value }] });
  for (const [name, text] of Object.entries<unknown>(input)) {
    if (!isHeaderName(name)) wrong(name, name, "the name of a header, for example 'X-Version'");
    else if (typeof text !== 'string') wrong(name, text, 'text');
  }
});
const headers = v.pipe(
  customSetting<Readonly<Record<string, string>>>(
    settings.isPlain,
    "an object of headers, for example { 'X-Version': '2' }",
  ),
  eachHeader,
);

const httpOptions = settings.options({
  baseUrl: customSetting<string>(isHttpUrl, "an absolute http or https URL, for example 'https://api.example.com/v1'"),
  auth: settings.optional(secretOptions(auth, 'bearer', "{ bearer: secret('API_KEY') }")),
  headers: settings.optional(headers),
});

export const httpSchema = settings.consistent(httpOptions, ['auth'], ({ auth: given }) =>
  given === undefined || Object.values(given).filter((way) => way !== undefined).length === 1
    ? undefined
    : { at: 'auth', message: 'expected exactly one of bearer, basic and header' },
);

export type HttpSettings = settings.SettingsOf<typeof httpSchema>;
