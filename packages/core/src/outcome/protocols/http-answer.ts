import { isErrorStatus, type HttpAnswer } from './http-status.js';

type Fields = Readonly<Record<string, unknown>>;

/**
 * The answer that an error carries, as the clients spell it: in its `response` (axios, got, ky, Octokit, Azure), in
 * AWS' `$metadata` and `$response`, as a number in `code` beside `response` or `headers` (SendGrid, and clients of
 * openapi-generator, such as HubSpot), otherwise as `status` or `statusCode` on the error itself (Stripe, OpenAI,
 * Twilio, Postmark), with the headers that stand beside it.
 */
export function answerOf(error: object): HttpAnswer | undefined {
  const fields = error as Fields;
  const response = asFields(fields['response']);
  const method = methodOf(error);
  const inner = response === undefined ? undefined : answerIn(response);
  if (inner !== undefined) return { ...inner, method };
  const aws = awsAnswer(fields, method);
  if (aws !== undefined) return aws;
  const headers = fields['headers'] ?? response?.['headers'] ?? asFields(fields['meta'])?.['headers'];
  if (asFields(headers) !== undefined && isErrorStatus(fields['code']))
    return { status: fields['code'], headers, method };
  // A truncated 200 is an error without an error status: the client's own code says more.
  if (response !== undefined && statusIn(response) !== undefined) return undefined;
  const status = statusIn(fields);
  return isErrorStatus(status) ? { status, headers, method } : undefined;
}

/**
 * The method of the request that failed, where the error carries its request: axios and gaxios, ky and `Request`, got.
 */
export function methodOf(error: unknown): string | undefined {
  const fields = asFields(error);
  if (fields === undefined) return undefined;
  for (const holder of [fields['config'], fields['request'], fields['options']]) {
    const request = asFields(holder);
    const method = request?.['method'] ?? asFields(request?.['options'])?.['method'];
    if (typeof method === 'string') return method;
  }
  return undefined;
}

export function asFields(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null ? (value as Fields) : undefined;
}

function answerIn(response: Fields): HttpAnswer | undefined {
  const status = statusIn(response);
  return isErrorStatus(status) ? { status, headers: response['headers'] } : undefined;
}

function statusIn(fields: Fields): unknown {
  const status = statusOf(fields['status']);
  return typeof status === 'number' ? status : statusOf(fields['statusCode']);
}

/** A status as a number, where it is written as text, too: `'503'`, or `'503 Service Unavailable'`. */
export function statusOf(status: unknown): unknown {
  return typeof status === 'string' && /^[1-5]\d\d( |$)/.test(status) ? Number(status.slice(0, 3)) : status;
}

/** `error.$metadata.httpStatusCode` and `error.$response.headers` of the AWS SDK for JavaScript v3. */
function awsAnswer(fields: Fields, method: string | undefined): HttpAnswer | undefined {
  const status = statusOf(asFields(fields['$metadata'])?.['httpStatusCode']);
  if (!isErrorStatus(status)) return undefined;
  return { status, headers: asFields(fields['$response'])?.['headers'], method };
}
