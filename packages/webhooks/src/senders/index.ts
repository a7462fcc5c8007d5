import type { Sender } from '../definition/sender.js';
import { adyenHeader } from './adyen-header.js';
import { adyenItem } from './adyen-item.js';
import { affirm } from './affirm.js';
import { airtable } from './airtable.js';
import { airwallex } from './airwallex.js';
import { alchemy } from './alchemy.js';
import { asana } from './asana.js';
import { attio } from './attio.js';
import { auth0LogStream } from './auth0-log-stream.js';
import { authorizeNet } from './authorize-net.js';
import { awsSns } from './aws-sns.js';
import { azureDevops } from './azure-devops.js';
import { bitbucket } from './bitbucket.js';
import { box } from './box.js';
import { braintree } from './braintree.js';
import { buildkite } from './buildkite.js';
import { calCom } from './cal-com.js';
import { calendly } from './calendly.js';
import { checkoutCom } from './checkout-com.js';
import { circleci } from './circleci.js';
import { clickup } from './clickup.js';
import { cloudflareNotifications } from './cloudflare-notifications.js';
import { cloudflareStream } from './cloudflare-stream.js';
import { coinbaseCdp } from './coinbase-cdp.js';
import { coinbaseCommerce } from './coinbase-commerce.js';
import { connectwise } from './connectwise.js';
import { contentful } from './contentful.js';
import { customerIo } from './customer-io.js';
import { discord } from './discord.js';
import { docusign } from './docusign.js';
import { dropbox } from './dropbox.js';
import { dropboxSign } from './dropbox-sign.js';
import { easypost } from './easypost.js';
import { elevenlabs } from './elevenlabs.js';
import { fal } from './fal.js';
import { figma } from './figma.js';
import { firecrawl } from './firecrawl.js';
import { flutterwave } from './flutterwave.js';
import { front } from './front.js';
import { getstream } from './getstream.js';
import { gitea } from './gitea.js';
import { github } from './github.js';
import { githubSha1Legacy } from './github-sha1-legacy.js';
import { gitlabToken } from './gitlab-token.js';
import { gocardless } from './gocardless.js';
import { gogs } from './gogs.js';
import { greenhouse } from './greenhouse.js';
import { heroku } from './heroku.js';
import { highlevel } from './highlevel.js';
import { hookdeck } from './hookdeck.js';
import { hubspotV1 } from './hubspot-v1.js';
import { hubspotV2 } from './hubspot-v2.js';
import { hubspotV3 } from './hubspot-v3.js';
import { inngest } from './inngest.js';
import { intercom } from './intercom.js';
import { intercomCanvas } from './intercom-canvas.js';
import { jira } from './jira.js';
import { klaviyo } from './klaviyo.js';
import { launchdarkly } from './launchdarkly.js';
import { lemonsqueezy } from './lemonsqueezy.js';
import { line } from './line.js';
import { linear } from './linear.js';
import { linkedin } from './linkedin.js';
import { livekit } from './livekit.js';
import { mailgun } from './mailgun.js';
import { mailgunParent } from './mailgun-parent.js';
import { mandrill } from './mandrill.js';
import { mercadopago } from './mercadopago.js';
import { messagebird } from './messagebird.js';
import { meta } from './meta.js';
import { modernTreasury } from './modern-treasury.js';
import { msGraph } from './ms-graph.js';
import { msTeamsOutgoing } from './ms-teams-outgoing.js';
import { mux } from './mux.js';
import { netlify } from './netlify.js';
import { notion } from './notion.js';
import { nylas } from './nylas.js';
import { onfido } from './onfido.js';
import { paddle } from './paddle.js';
import { pagerduty } from './pagerduty.js';
import { patreon } from './patreon.js';
import { paypal } from './paypal.js';
import { paystack } from './paystack.js';
import { persona } from './persona.js';
import { plaid } from './plaid.js';
import { plivo } from './plivo.js';
import { polar } from './polar.js';
import { postmark } from './postmark.js';
import { pusher } from './pusher.js';
import { qq } from './qq.js';
import { qstash } from './qstash.js';
import { quickbooks } from './quickbooks.js';
import { razorpay } from './razorpay.js';
import { recurly } from './recurly.js';
import { retell } from './retell.js';
import { revolut } from './revolut.js';
import { rfc9421 } from './rfc9421.js';
import { rootly } from './rootly.js';
import { sanity } from './sanity.js';
import { segment } from './segment.js';
import { sendgrid } from './sendgrid.js';
import { sentry } from './sentry.js';
import { shopify } from './shopify.js';
import { sinch } from './sinch.js';
import { slack } from './slack.js';
import { square } from './square.js';
import { squarespace } from './squarespace.js';
import { standardWebhooks } from './standard-webhooks.js';
import { stripe } from './stripe.js';
import { svix } from './svix.js';
import { tally } from './tally.js';
import { telegram } from './telegram.js';
import { telnyx } from './telnyx.js';
import { tiktok } from './tiktok.js';
import { todoist } from './todoist.js';
import { trello } from './trello.js';
import { twenty } from './twenty.js';
import { twilio } from './twilio.js';
import { twitch } from './twitch.js';
import { twitter } from './twitter.js';
import { typeform } from './typeform.js';
import { vercel } from './vercel.js';
import { vonage } from './vonage.js';
import { webflow } from './webflow.js';
import { wise } from './wise.js';
import { woocommerce } from './woocommerce.js';
import { workos } from './workos.js';
import { xero } from './xero.js';
import { zendesk } from './zendesk.js';
import { zendeskEventConnectors } from './zendesk-event-connectors.js';
import { zoom } from './zoom.js';

/** Every sender that is known by name. */
export const senders: readonly Sender[] = [
  adyenHeader,
  adyenItem,
  affirm,
  airtable,
  airwallex,
  alchemy,
  asana,
  attio,
  auth0LogStream,
  authorizeNet,
  awsSns,
  azureDevops,
  bitbucket,
  box,
  braintree,
  buildkite,
  calCom,
  calendly,
  checkoutCom,
  circleci,
  clickup,
  cloudflareNotifications,
  cloudflareStream,
  coinbaseCdp,
  coinbaseCommerce,
  connectwise,
  contentful,
  customerIo,
  discord,
  docusign,
  dropbox,
  dropboxSign,
  easypost,
  elevenlabs,
  fal,
  figma,
  firecrawl,
  flutterwave,
  front,
  getstream,
  gitea,
  github,
  githubSha1Legacy,
  gitlabToken,
  gocardless,
  gogs,
  greenhouse,
  heroku,
  highlevel,
  hookdeck,
  hubspotV1,
  hubspotV2,
  hubspotV3,
  inngest,
  intercom,
  intercomCanvas,
  jira,
  klaviyo,
  launchdarkly,
  lemonsqueezy,
  line,
  linear,
  linkedin,
  livekit,
  mailgun,
  mailgunParent,
  mandrill,
  mercadopago,
  messagebird,
  meta,
  modernTreasury,
  msGraph,
  msTeamsOutgoing,
  mux,
  netlify,
  notion,
  nylas,
  onfido,
  paddle,
  pagerduty,
  patreon,
  paypal,
  paystack,
  persona,
  plaid,
  plivo,
  polar,
  postmark,
  pusher,
  qq,
  qstash,
  quickbooks,
  razorpay,
  recurly,
  retell,
  revolut,
  rfc9421,
  rootly,
  sanity,
  segment,
  sendgrid,
  sentry,
  shopify,
  sinch,
  slack,
  square,
  squarespace,
  standardWebhooks,
  stripe,
  svix,
  tally,
  telegram,
  telnyx,
  tiktok,
  todoist,
  trello,
  twenty,
  twilio,
  twitch,
  twitter,
  typeform,
  vercel,
  vonage,
  webflow,
  wise,
  woocommerce,
  workos,
  xero,
  zendesk,
  zendeskEventConnectors,
  zoom,
];
