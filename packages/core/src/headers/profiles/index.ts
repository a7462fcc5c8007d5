import { airtable } from './airtable.js';
import { akamai } from './akamai.js';
import { amazonSpApi } from './amazon-sp-api.js';
import { anthropic } from './anthropic.js';
import { azureOpenai } from './azure-openai.js';
import { bigcommerce } from './bigcommerce.js';
import { binance } from './binance.js';
import { contentful } from './contentful.js';
import { discord } from './discord.js';
import { dockerHub } from './docker-hub.js';
import { etsy } from './etsy.js';
import { github } from './github.js';
import { gitlab } from './gitlab.js';
import { hubspot } from './hubspot.js';
import { jira } from './jira.js';
import { klaviyo } from './klaviyo.js';
import { meta } from './meta.js';
import { mistral } from './mistral.js';
import { notion } from './notion.js';
import { openai } from './openai.js';
import { prisjakt } from './prisjakt.js';
import { pubg } from './pubg.js';
import { riot } from './riot.js';
import { salesforce } from './salesforce.js';
import { shopifyGraphql } from './shopify-graphql.js';
import { shopifyRest } from './shopify-rest.js';
import { slack } from './slack.js';
import { stripe } from './stripe.js';
import { xero } from './xero.js';
import { zendesk } from './zendesk.js';
import { headerOf, headersLike } from '../headers.js';
import type { RateAnswer } from '../rate-answer.js';
import type { RateProfile } from './rate-profile.js';

/** Every provider whose limits are known by name. */
export const rateProfiles: readonly RateProfile[] = [
  airtable,
  akamai,
  amazonSpApi,
  anthropic,
  azureOpenai,
  bigcommerce,
  binance,
  contentful,
  discord,
  dockerHub,
  etsy,
  github,
  gitlab,
  hubspot,
  jira,
  klaviyo,
  meta,
  mistral,
  notion,
  openai,
  prisjakt,
  pubg,
  riot,
  salesforce,
  shopifyGraphql,
  shopifyRest,
  slack,
  stripe,
  xero,
  zendesk,
];

const TELLING = rateProfiles.filter(({ telltale }) => telltale !== undefined);
/** Any of their headers: most answers have none, and are looked through once. */
const TELLTALE = new RegExp(
  TELLING.map(({ telltale }) => (typeof telltale === 'string' ? `^${telltale}$` : telltale!.source)).join('|'),
);

/** The profile of that name. */
export function findProfile(name: string): RateProfile | undefined {
  return rateProfiles.find((profile) => profile.name === name);
}

/** The profiles that an answer shows to be right by headers that only their providers send. */
export function tellingProfiles({ headers }: RateAnswer): readonly RateProfile[] {
  if (headersLike(headers, TELLTALE) === undefined) return [];
  return TELLING.filter(({ telltale }) =>
    typeof telltale === 'string'
      ? headerOf(headers, telltale) !== undefined
      : headersLike(headers, telltale!) !== undefined,
  );
}
