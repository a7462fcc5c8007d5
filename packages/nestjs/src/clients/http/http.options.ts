import type { HttpAuth as EngineHttpAuth, HttpOptions as EngineHttpOptions } from '@breakwater/core';
import { httpEntries, isHeaderName, oauth2Schema, settings } from '@breakwater/core/adapter';
import * as v from 'valibot';
import { secretOptions, secretText, type SecretText } from '../../config/fields/secret-text.js';
import { isHttpUrl } from '../../config/fields/is-http-url.js';
import { customSetting } from '../../config/fields/custom-setting.js';

/** The credential of a provider. */
export type HttpAuth = EngineHttpAuth<SecretText>;

/**
 * How a provider is reached over HTTP by the clients that `@InjectHttp` and `@InjectFetch` inject, and which requests
 * are its own.
 */
export type HttpOptions = EngineHttpOptions<SecretText>;

const basic = settings.options({ username: secretText('API_USERNAME'), password: secretText('API_PASSWORD') });
const header = settings.options({
  name: customSetting<string>(isHeaderName, "the name of a header, for example 'X-Api-Key'"),
  value: secretText('API_KEY'),
});
const oauth2 = oauth2Schema(secretText('API_CLIENT_SECRET'));
const OAUTH2_EXAMPLE =
  "{ tokenUrl: 'https://…/token', clientId: secret('API_CLIENT_ID'), clientSecret: secret('API_CLIENT_SECRET') }";
const auth = settings.options({
  bearer: settings.optional(secretText('API_KEY')),
  basic: settings.optional(secretOptions(basic, 'password', "{ username: 'shop', password: secret('API_PASSWORD') }")),
  header: settings.optional(secretOptions(header, 'value', "{ name: 'X-Api-Key', value: secret('API_KEY') }")),
  oauth2: settings.optional(secretOptions(oauth2, 'clientSecret', OAUTH2_EXAMPLE)),
});

/** A header such as `Stripe-Version`. */
const HEADER_WORDS = /^[a-z]{1,12}(-[a-z]{1,12}){1,4}$/i;

const eachHeader = v.rawCheck<Readonly<Record<string, string>>>(({ dataset, addIssue }) => {
  if (!dataset.typed) return;
  const { value: input } = dataset;
  const wrong = (key: string, value: unknown, expected: string) =>
    addIssue({ message: `expected ${expected}`, path: [{ type: 'object', origin: 'value', input, key, value }] });
  for (const [index, [name, text]] of Object.entries<unknown>(input).entries()) {
    // The value may stand in the name, too.
    const place = settings.isHarmless(name) || HEADER_WORDS.test(name) ? name : `(entry ${index + 1})`;
    if (!isHeaderName(name)) wrong(place, name, "the name of a header, for example 'X-Version'");
    else if (typeof text !== 'string') wrong(place, text, 'text');
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
  baseUrl: settings.optional(
    customSetting<string>(isHttpUrl, "an absolute http or https URL, for example 'https://api.example.com/v1'"),
  ),
  auth: settings.optional(secretOptions(auth, 'bearer', "{ bearer: secret('API_KEY') }")),
  headers: settings.optional(headers),
  ...httpEntries,
});

const withOneCredential = settings.consistent(httpOptions, ['auth'], ({ auth: given }) =>
  given === undefined || Object.values(given).filter((way) => way !== undefined).length === 1
    ? undefined
    : { at: 'auth', message: 'expected exactly one of bearer, basic, header and oauth2' },
);

export const httpSchema = settings.consistent(withOneCredential, ['baseUrl', 'hosts', 'watch'], (given) =>
  given.baseUrl !== undefined || given.hosts !== undefined || given.watch === false
    ? undefined
    : { at: 'baseUrl', message: 'it is required, unless hosts says which requests are the provider’s' },
);

export type HttpSettings = settings.SettingsOf<typeof httpSchema>;
