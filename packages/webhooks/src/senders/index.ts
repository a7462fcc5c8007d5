import type { Sender } from '../definition/sender.js';
import { adyenHeader } from './adyen-header.js';
import { adyenItem } from './adyen-item.js';
import { awsSns } from './aws-sns.js';
import { bitbucket } from './bitbucket.js';
import { box } from './box.js';
import { circleci } from './circleci.js';
import { coinbaseCdp } from './coinbase-cdp.js';
import { coinbaseCommerce } from './coinbase-commerce.js';
import { discord } from './discord.js';
import { docusign } from './docusign.js';
import { dropboxSign } from './dropbox-sign.js';
import { dropbox } from './dropbox.js';
import { gitea } from './gitea.js';
import { githubSha1Legacy } from './github-sha1-legacy.js';
import { github } from './github.js';
import { gitlabToken } from './gitlab-token.js';
import { gogs } from './gogs.js';
import { hubspotV1 } from './hubspot-v1.js';
import { hubspotV2 } from './hubspot-v2.js';
import { hubspotV3 } from './hubspot-v3.js';
import { intercomCanvas } from './intercom-canvas.js';
import { intercom } from './intercom.js';
import { lemonsqueezy } from './lemonsqueezy.js';
import { line } from './line.js';
import { linear } from './linear.js';
import { mailgunParent } from './mailgun-parent.js';
import { mailgun } from './mailgun.js';
import { meta } from './meta.js';
import { msGraph } from './ms-graph.js';
import { mux } from './mux.js';
import { paddle } from './paddle.js';
import { pagerduty } from './pagerduty.js';
import { paypal } from './paypal.js';
import { plaid } from './plaid.js';
import { polar } from './polar.js';
import { postmark } from './postmark.js';
import { qq } from './qq.js';
import { razorpay } from './razorpay.js';
import { rfc9421 } from './rfc9421.js';
import { sendgrid } from './sendgrid.js';
import { shopify } from './shopify.js';
import { slack } from './slack.js';
import { square } from './square.js';
import { standardWebhooks } from './standard-webhooks.js';
import { stripe } from './stripe.js';
import { svix } from './svix.js';
import { twilio } from './twilio.js';
import { twitch } from './twitch.js';
import { twitter } from './twitter.js';
import { workos } from './workos.js';
import { zendeskEventConnectors } from './zendesk-event-connectors.js';
import { zendesk } from './zendesk.js';
import { zoom } from './zoom.js';

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
