import type { Sender } from './sender.js';
import { adyenHeader } from './senders/adyen-header.js';
import { bitbucket } from './senders/bitbucket.js';
import { box } from './senders/box.js';
import { circleci } from './senders/circleci.js';
import { coinbaseCommerce } from './senders/coinbase-commerce.js';
import { discord } from './senders/discord.js';
import { docusign } from './senders/docusign.js';
import { dropboxSign } from './senders/dropbox-sign.js';
import { dropbox } from './senders/dropbox.js';
import { gitea } from './senders/gitea.js';
import { githubSha1Legacy } from './senders/github-sha1-legacy.js';
import { github } from './senders/github.js';
import { gitlabToken } from './senders/gitlab-token.js';
import { gogs } from './senders/gogs.js';
import { hubspotV1 } from './senders/hubspot-v1.js';
import { hubspotV2 } from './senders/hubspot-v2.js';
import { hubspotV3 } from './senders/hubspot-v3.js';
import { intercom } from './senders/intercom.js';
import { lemonsqueezy } from './senders/lemonsqueezy.js';
import { line } from './senders/line.js';
import { linear } from './senders/linear.js';
import { mailgun } from './senders/mailgun.js';
import { meta } from './senders/meta.js';
import { mux } from './senders/mux.js';
import { paddle } from './senders/paddle.js';
import { pagerduty } from './senders/pagerduty.js';
import { postmark } from './senders/postmark.js';
import { razorpay } from './senders/razorpay.js';
import { sendgrid } from './senders/sendgrid.js';
import { shopify } from './senders/shopify.js';
import { slack } from './senders/slack.js';
import { square } from './senders/square.js';
import { standardWebhooks } from './senders/standard-webhooks.js';
import { stripe } from './senders/stripe.js';
import { svix } from './senders/svix.js';
import { twitch } from './senders/twitch.js';
import { twitter } from './senders/twitter.js';
import { workos } from './senders/workos.js';
import { zendeskEventConnectors } from './senders/zendesk-event-connectors.js';
import { zendesk } from './senders/zendesk.js';
import { zoom } from './senders/zoom.js';

/** Every sender that is known by name. */
export const senders: readonly Sender[] = [
  adyenHeader,
  bitbucket,
  box,
  circleci,
  coinbaseCommerce,
  discord,
  docusign,
  dropboxSign,
  dropbox,
  gitea,
  githubSha1Legacy,
  github,
  gitlabToken,
  gogs,
  hubspotV1,
  hubspotV2,
  hubspotV3,
  intercom,
  lemonsqueezy,
  line,
  linear,
  mailgun,
  meta,
  mux,
  paddle,
  pagerduty,
  postmark,
  razorpay,
  sendgrid,
  shopify,
  slack,
  square,
  standardWebhooks,
  stripe,
  svix,
  twitch,
  twitter,
  workos,
  zendeskEventConnectors,
  zendesk,
  zoom,
];
