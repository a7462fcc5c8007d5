import type { Sender } from './sender.js';
import { github } from './senders/github.js';
import { shopify } from './senders/shopify.js';
import { slack } from './senders/slack.js';
import { standardWebhooks } from './senders/standard-webhooks.js';
import { stripe } from './senders/stripe.js';

/** Every sender that is known by name. */
export const senders: readonly Sender[] = [github, shopify, slack, standardWebhooks, stripe];
