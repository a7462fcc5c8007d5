import type { Sender } from './sender.js';
import { adyenHeader } from './senders/adyen-header.js';
import { adyenItem } from './senders/adyen-item.js';
import { awsSns } from './senders/aws-sns.js';
import { bitbucket } from './senders/bitbucket.js';
import { box } from './senders/box.js';
import { circleci } from './senders/circleci.js';
import { coinbaseCdp } from './senders/coinbase-cdp.js';
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
import { intercomCanvas } from './senders/intercom-canvas.js';
import { intercom } from './senders/intercom.js';
import { lemonsqueezy } from './senders/lemonsqueezy.js';
import { line } from './senders/line.js';
import { linear } from './senders/linear.js';
import { mailgunParent } from './senders/mailgun-parent.js';
import { mailgun } from './senders/mailgun.js';
import { meta } from './senders/meta.js';
import { msGraph } from './senders/ms-graph.js';
import { mux } from './senders/mux.js';
import { paddle } from './senders/paddle.js';
import { pagerduty } from './senders/pagerduty.js';
import { paypal } from './senders/paypal.js';
import { plaid } from './senders/plaid.js';
import { polar } from './senders/polar.js';
import { postmark } from './senders/postmark.js';
import { qq } from './senders/qq.js';
import { razorpay } from './senders/razorpay.js';
import { rfc9421 } from './senders/rfc9421.js';
import { sendgrid } from './senders/sendgrid.js';
import { shopify } from './senders/shopify.js';
import { slack } from './senders/slack.js';
import { square } from './senders/square.js';
import { standardWebhooks } from './senders/standard-webhooks.js';
import { stripe } from './senders/stripe.js';
import { svix } from './senders/svix.js';
import { twilio } from './senders/twilio.js';
import { twitch } from './senders/twitch.js';
import { twitter } from './senders/twitter.js';
import { workos } from './senders/workos.js';
import { zendeskEventConnectors } from './senders/zendesk-event-connectors.js';
import { zendesk } from './senders/zendesk.js';
import { zoom } from './senders/zoom.js';

/** Every sender that is known by name. */
export const senders: readonly Sender[] = [
  adyenHeader,
  adyenItem,
  awsSns,
  bitbucket,
  box,
  circleci,
  coinbaseCdp,
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
  intercomCanvas,
  intercom,
  lemonsqueezy,
  line,
  linear,
  mailgunParent,
  mailgun,
  meta,
  msGraph,
  mux,
  paddle,
  pagerduty,
  paypal,
  plaid,
  polar,
  postmark,
  qq,
  razorpay,
  rfc9421,
  sendgrid,
  shopify,
  slack,
  square,
  standardWebhooks,
  stripe,
  svix,
  twilio,
  twitch,
  twitter,
  workos,
  zendeskEventConnectors,
  zendesk,
  zoom,
];
