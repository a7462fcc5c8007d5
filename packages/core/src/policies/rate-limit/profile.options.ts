import { findProfile, rateProfiles } from '../../headers/profiles/index.js';
import type { RateProfile } from '../../headers/profiles/rate-profile.js';
import type { HeadersLike } from '../../headers/headers.js';

/** A provider whose way of saying what remains is known. */
export type ProfileName =
  | 'airtable'
  | 'akamai'
  | 'amazon-sp-api'
  | 'anthropic'
  | 'azure-openai'
  | 'bigcommerce'
  | 'binance'
  | 'contentful'
  | 'discord'
  | 'docker-hub'
  | 'etsy'
  | 'github'
  | 'gitlab'
  | 'hubspot'
  | 'jira'
  | 'klaviyo'
  | 'meta'
  | 'mistral'
  | 'notion'
  | 'openai'
  | 'prisjakt'
  | 'pubg'
  | 'riot'
  | 'salesforce'
  | 'shopify-graphql'
  | 'shopify-rest'
  | 'slack'
  | 'stripe'
  | 'xero'
  | 'zendesk';

/** One of a provider's quotas, as it tells it. */
export interface ObservedQuota {
  /** Tells the quotas of one provider apart. Default: its place in the list. */
  readonly name?: string;
  readonly remaining: number;
  readonly limit?: number;
  /** `'requests'` where each call takes one of it, whatever it costs. */
  readonly unit?: 'requests';
  /** Milliseconds until it is whole again. Default: the shortest period of the settings. */
  readonly resetMs?: number;
  /** Whether it refills all the time, so that what it lacks comes back evenly until `resetMs`. */
  readonly refills?: boolean;
}

/** A response of the provider, with its headers by name, whatever their case. */
export interface QuotaResponse {
  readonly status: number;
  readonly headers: HeadersLike;
  /** The parsed body, where the client has handed it on. */
  readonly body?: unknown;
  header(name: string): string | undefined;
}

/** Reads a provider's quotas out of its answers, where the known headers do not tell them. */
export type QuotaReader = (response: QuotaResponse) => readonly ObservedQuota[];

export const PROFILE_NAMES: readonly string[] = rateProfiles.map(({ name }) => name);

export function isProfileName(value: unknown): boolean {
  return typeof value === 'string' && findProfile(value) !== undefined;
}

export function isReader(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'quotas' in value && typeof value.quotas === 'function';
}

export function profileOf(given: ProfileName | { readonly quotas: QuotaReader } | undefined): RateProfile | undefined {
  return typeof given === 'string' || given === undefined ? findProfile(given ?? '') : readBy(given.quotas);
}

/** A profile of the user's own: what it reads stands in place of all else. */
function readBy(read: QuotaReader): RateProfile {
  return {
    name: 'own',
    source: 'the settings',
    replaces: true,
    quotas: (answer) =>
      read({
        status: answer.status,
        headers: answer.headers as HeadersLike,
        body: answer.body,
        header: (name) => answer.text(name.toLowerCase()),
      })
        .filter(({ remaining }) => Number.isFinite(remaining))
        .map((quota, index) => ({ ...quota, name: quota.name ?? `${index}` })),
    vectors: [],
  };
}
