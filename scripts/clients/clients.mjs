// One function for each client: given where the provider is, a function that makes one POST with the client's own
// retries off. It is told the signal of the call and its idempotency key, where it is to hand them on; `keyless`
// clients have no way to carry a key in a header.
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const credentials = { accessKeyId: 'a', secretAccessKey: 'b' };
const keyHeader = (key) => (key === undefined ? {} : { 'Idempotency-Key': key });

/** Adds a header to a command of AWS. */
const withHeader = (command, key) => {
  if (key === undefined) return command;
  const add = (next) => (args) => {
    args.request.headers['Idempotency-Key'] = key;
    return next(args);
  };
  command.middlewareStack.add(add, { step: 'finalizeRequest', priority: 'low' });
  return command;
};

const failedFetch = async (response) => {
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
  return response.json();
};

export const clients = {
  fetch:
    async ({ url }) =>
    ({ signal, key }) =>
      fetch(url, { method: 'POST', body: '{}', headers: keyHeader(key), signal }).then(failedFetch),
  'provider.fetch':
    async ({ url, provider }) =>
    () =>
      provider().fetch(`${url}/charges`, { method: 'POST', body: '{}' }).then(failedFetch),
  undici: async ({ url }) => {
    const { request } = await import('undici');
    return async ({ signal, key }) => {
      const { statusCode, body } = await request(url, { method: 'POST', body: '{}', headers: keyHeader(key), signal });
      if (statusCode >= 400) throw new Error(`HTTP ${statusCode}: ${await body.text()}`);
      return body.json();
    };
  },
  'node-fetch': async ({ url }) => {
    const { default: nodeFetch } = await import('node-fetch');
    return ({ signal, key }) =>
      nodeFetch(url, { method: 'POST', body: '{}', headers: keyHeader(key), signal }).then(failedFetch);
  },
  axios: async ({ url }) => {
    const { default: axios } = await import('axios');
    return ({ signal, key }) => axios.post(url, { a: 1 }, { signal, headers: keyHeader(key) });
  },
  got: async ({ url }) => {
    const { default: got } = await import('got');
    return ({ signal, key }) =>
      got.post(url, { json: { a: 1 }, retry: { limit: 0 }, headers: keyHeader(key), ...(signal && { signal }) }).json();
  },
  ky: async ({ url }) => {
    const { default: ky } = await import('ky');
    return ({ signal, key }) =>
      ky.post(url, { json: { a: 1 }, retry: 0, timeout: false, headers: keyHeader(key), signal }).json();
  },
  superagent: async ({ url }) => {
    const { default: superagent } = await import('superagent');
    return async ({ key }) => (await superagent.post(url).set(keyHeader(key)).send({ a: 1 })).body;
  },
  stripe: async ({ port }) => {
    const { default: Stripe } = await import('stripe');
    const stripe = new Stripe('sk_test_x', {
      host: '127.0.0.1',
      port,
      protocol: 'http',
      maxNetworkRetries: 0,
      telemetry: false,
    });
    return ({ key }) =>
      stripe.charges.create(
        { amount: 5, currency: 'eur', source: 'tok' },
        key === undefined ? {} : { idempotencyKey: key },
      );
  },
  'stripe, fetch': async ({ url, port, provider }) => {
    const { default: Stripe } = await import('stripe');
    return ({ key }) => {
      const httpClient = Stripe.createFetchHttpClient((target, init) => provider().fetch(target, init));
      const options = { host: '127.0.0.1', port, protocol: 'http', maxNetworkRetries: 0, telemetry: false, httpClient };
      const stripe = new Stripe('sk_test_x', options);
      return stripe.charges.create(
        { amount: 5, currency: 'eur', source: url },
        key === undefined ? {} : { idempotencyKey: key },
      );
    };
  },
  openai: async ({ url }) => {
    const { default: OpenAI } = await import('openai');
    const openai = new OpenAI({ apiKey: 'x', baseURL: url, maxRetries: 0 });
    return ({ signal, key }) =>
      openai.chat.completions.create({ model: 'm', messages: [] }, { signal, headers: keyHeader(key) });
  },
  anthropic: async ({ url }) => {
    const { default: Anthropic } = await import('@anthropic-ai/sdk');
    const anthropic = new Anthropic({ apiKey: 'x', baseURL: url, maxRetries: 0 });
    return ({ signal, key }) =>
      anthropic.messages.create({ model: 'm', max_tokens: 5, messages: [] }, { signal, headers: keyHeader(key) });
  },
  octokit: async ({ url }) => {
    const { Octokit } = await import('@octokit/rest');
    const quiet = () => undefined;
    const octokit = new Octokit({
      auth: 'x',
      baseUrl: url,
      log: { debug: quiet, info: quiet, warn: quiet, error: quiet },
    });
    return ({ signal, key }) =>
      octokit.issues.create({ owner: 'o', repo: 'r', title: 't', headers: keyHeader(key), request: { signal } });
  },
  s3: async ({ url }) => {
    const { S3Client, CreateMultipartUploadCommand } = await import('@aws-sdk/client-s3');
    const s3 = new S3Client({ region: 'eu', endpoint: url, forcePathStyle: true, maxAttempts: 1, credentials });
    return ({ signal, key }) =>
      s3.send(withHeader(new CreateMultipartUploadCommand({ Bucket: 'b', Key: 'k' }), key), { abortSignal: signal });
  },
  sqs: async ({ url }) => {
    const { SQSClient, SendMessageCommand } = await import('@aws-sdk/client-sqs');
    const sqs = new SQSClient({ region: 'eu', endpoint: url, maxAttempts: 1, credentials });
    return ({ signal, key }) =>
      sqs.send(withHeader(new SendMessageCommand({ QueueUrl: `${url}/q`, MessageBody: 'x' }), key), {
        abortSignal: signal,
      });
  },
  sendgrid: async ({ url }) => {
    const { Client } = require('@sendgrid/client');
    const client = new Client();
    client.setApiKey('SG.x');
    client.setDefaultRequest('baseUrl', `${url}/`);
    return ({ key }) => client.request({ method: 'POST', url: '/v3/mail/send', headers: keyHeader(key), body: {} });
  },
  slack: async ({ url }) => {
    const { WebClient } = await import('@slack/web-api');
    return ({ key }) =>
      new WebClient('xoxb', {
        slackApiUrl: `${url}/`,
        retryConfig: { retries: 0 },
        rejectRateLimitedCalls: true,
        logLevel: 'error',
        headers: keyHeader(key),
      }).apiCall('chat.postMessage', { channel: 'c', text: 't' });
  },
  hubspot: async ({ url }) => {
    const { Client } = await import('@hubspot/api-client');
    const hubspot = new Client({ accessToken: 'x', basePath: url, numberOfApiCallRetries: 0 });
    return ({ key }) =>
      key === undefined
        ? hubspot.crm.contacts.basicApi.create({ properties: {}, associations: [] })
        : hubspot.apiRequest({ method: 'POST', path: '/crm/v3/objects/contacts', body: {}, headers: keyHeader(key) });
  },
  twilio: async ({ url }) => {
    const { default: twilio } = await import('twilio');
    const RequestClient = twilio.RequestClient;
    return ({ key }) => {
      // Twilio's hosts are fixed: its own client is sent to the fake provider.
      class LocalClient extends RequestClient {
        request(options) {
          const { pathname } = new URL(options.uri);
          return super.request({ ...options, uri: url + pathname, headers: { ...options.headers, ...keyHeader(key) } });
        }
      }
      const client = twilio(`AC${'0'.repeat(32)}`, 'token', { httpClient: new LocalClient() });
      return client.messages.create({ to: '+1', from: '+1', body: 'x' });
    };
  },
  postmark: async ({ port }) => {
    const { ServerClient } = await import('postmark');
    const client = new ServerClient('x', { requestHost: `127.0.0.1:${port}`, useHttps: false });
    return () => client.sendEmail({ From: 'a@b.c', To: 'a@b.c', Subject: 's', TextBody: 't' });
  },
  resend: async ({ url }) => {
    process.env.RESEND_BASE_URL = url;
    const { Resend } = await import('resend');
    const resend = new Resend('re_x', { baseUrl: url });
    return async ({ key }) => {
      const mail = { from: 'a@b.c', to: 'a@b.c', subject: 's', text: 't' };
      const { data, error } = await resend.emails.send(mail, key === undefined ? {} : { idempotencyKey: key });
      if (error) throw new Error(error.message);
      return data;
    };
  },
  elastic: async ({ url }) => {
    const { Client } = await import('@elastic/elasticsearch');
    const client = new Client({ node: url, maxRetries: 0 });
    return ({ signal, key }) => client.index({ index: 'i', document: { a: 1 } }, { signal, headers: keyHeader(key) });
  },
  azure: async ({ url }) => {
    const { createDefaultHttpClient, createPipelineFromOptions, createPipelineRequest, createHttpHeaders, RestError } =
      await import('@azure/core-rest-pipeline');
    const pipeline = createPipelineFromOptions({ retryOptions: { maxRetries: 0 } });
    const http = createDefaultHttpClient();
    return async ({ signal, key }) => {
      const headers = createHttpHeaders(keyHeader(key));
      const request = createPipelineRequest({
        url,
        method: 'POST',
        body: '{}',
        headers,
        allowInsecureConnection: true,
        abortSignal: signal,
      });
      const response = await pipeline.sendRequest(http, request);
      if (response.status >= 400) throw new RestError('failed', { statusCode: response.status, request, response });
      return response;
    };
  },
  gaxios: async ({ url }) => {
    const { drive_v3 } = await import('@googleapis/drive');
    const drive = new drive_v3.Drive({ rootUrl: `${url}/`, retry: false });
    return ({ signal, key }) =>
      drive.files.create({ requestBody: { name: 'x' } }, { signal, retry: false, headers: keyHeader(key) });
  },
  'graphql-request': async ({ url }) => {
    const { GraphQLClient } = await import('graphql-request');
    const client = new GraphQLClient(url);
    return ({ signal, key }) => client.request({ document: 'mutation { a }', signal, requestHeaders: keyHeader(key) });
  },
};

/** Clients whose calls cannot be aborted by a signal: the call ends, the request goes on. */
export const withoutSignal = new Set([
  'superagent',
  'stripe',
  'sendgrid',
  'slack',
  'hubspot',
  'twilio',
  'postmark',
  'resend',
]);
/**
 * Clients that repeat a lost connection once by themselves, whatever they are told, under a key that they make for it.
 */
export const repeatsItself = new Set(['stripe']);
/** Clients that have no option for a header of one request. */
export const keyless = new Set(['postmark']);
