import * as v from 'valibot';
import { oneOf, options, optional, text } from '../../settings/fields.js';
import { isPlain } from '../../values/is-plain.js';

/** How access tokens are come by: the client credentials grant of OAuth 2 (RFC 6749 §4.4). */
export interface OAuth2Options<Secret> {
  /** The token endpoint, absolute. It gets the client's credential, and is followed nowhere else. */
  tokenUrl: string;
  clientId: Secret;
  clientSecret: Secret;
  /** Separated by blanks, or a list (RFC 6749 §3.3). */
  scope?: string | readonly string[];
  /** Further parameters of the request, such as `audience` or `resource`. */
  parameters?: Readonly<Record<string, string>>;
  /**
   * Where the client's credential stands: in `Authorization: Basic …`, which every server takes, or in the body
   * (RFC 6749 §2.3.1). Default `'basic'`.
   */
  clientAuthentication?: 'basic' | 'body';
}

/** Read settings of the grant, whose credentials are still to be revealed. */
export interface OAuth2Settings<Secret = unknown> {
  readonly tokenUrl: string;
  readonly clientId: Secret;
  readonly clientSecret: Secret;
  readonly scope?: string | undefined;
  readonly parameters?: Readonly<Record<string, string>> | undefined;
  readonly clientAuthentication: 'basic' | 'body';
}

const isTokenUrl = (value: unknown) => {
  if (typeof value !== 'string' || !/^https?:\/\//i.test(value) || !URL.canParse(value)) return false;
  const { username, password, hash } = new URL(value);
  return username === '' && password === '' && hash === '';
};
const isParameters = (value: unknown) =>
  isPlain(value) && Object.values(value).every((parameter) => typeof parameter === 'string');

const scope = v.pipe(
  v.union([text(), v.array(text())], 'expected a scope, or a list of them'),
  v.transform((given) => (Array.isArray(given) ? given.join(' ') : given)),
);

/** The schema of the grant, with an adapter's own way to write a secret. */
export function oauth2Schema<S extends v.GenericSchema>(secret: S) {
  return options({
    tokenUrl: v.custom<string>(isTokenUrl, 'expected the URL of a token endpoint, without a user and a fragment'),
    clientId: secret,
    clientSecret: secret,
    scope: optional(scope),
    parameters: optional(v.custom<Readonly<Record<string, string>>>(isParameters, 'expected an object of texts')),
    clientAuthentication: optional(oneOf('basic', 'body'), 'basic'),
  });
}
