import { adyen } from './known/adyen.js';
import { airtable } from './known/airtable.js';
import { anthropic } from './known/anthropic.js';
import { asana } from './known/asana.js';
import { checkoutCom } from './known/checkout-com.js';
import { contentful } from './known/contentful.js';
import { discord } from './known/discord.js';
import { github } from './known/github.js';
import { gitlab } from './known/gitlab.js';
import { gocardless } from './known/gocardless.js';
import { hubspot } from './known/hubspot.js';
import { intercom } from './known/intercom.js';
import { jira } from './known/jira.js';
import { klaviyo } from './known/klaviyo.js';
import { mistral } from './known/mistral.js';
import { mollie } from './known/mollie.js';
import { notion } from './known/notion.js';
import { openai } from './known/openai.js';
import { paypal } from './known/paypal.js';
import { quickbooks } from './known/quickbooks.js';
import { shopifyGraphql } from './known/shopify-graphql.js';
import { shopifyRest } from './known/shopify-rest.js';
import { slack } from './known/slack.js';
import { square } from './known/square.js';
import { stripe } from './known/stripe.js';
import { xero } from './known/xero.js';
import { zendesk } from './known/zendesk.js';
import type { Preset } from './preset.js';

/** A provider of which is laid down what is publicly known: see docs/providers.md. */
export type PresetName =
  | 'adyen'
  | 'airtable'
  | 'anthropic'
  | 'asana'
  | 'checkout-com'
  | 'contentful'
  | 'discord'
  | 'github'
  | 'gitlab'
  | 'gocardless'
  | 'hubspot'
  | 'intercom'
  | 'jira'
  | 'klaviyo'
  | 'mistral'
  | 'mollie'
  | 'notion'
  | 'openai'
  | 'paypal'
  | 'quickbooks'
  | 'shopify-graphql'
  | 'shopify-rest'
  | 'slack'
  | 'square'
  | 'stripe'
  | 'xero'
  | 'zendesk';

const PRESETS: Readonly<Record<PresetName, Preset>> = {
  adyen,
  airtable,
  anthropic,
  asana,
  'checkout-com': checkoutCom,
  contentful,
  discord,
  github,
  gitlab,
  gocardless,
  hubspot,
  intercom,
  jira,
  klaviyo,
  mistral,
  mollie,
  notion,
  openai,
  paypal,
  quickbooks,
  'shopify-graphql': shopifyGraphql,
  'shopify-rest': shopifyRest,
  slack,
  square,
  stripe,
  xero,
  zendesk,
};

/** Every preset, by name. */
export const presets: readonly Preset[] = Object.values(PRESETS);

/** The preset of this name. */
export function findPreset(name: unknown): Preset | undefined {
  return presets.find((preset) => preset.name === name);
}
