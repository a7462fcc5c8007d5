import { createServer } from 'node:http';

/** Error codes that AWS' clients understand. */
const AWS_CODES = {
  400: 'InvalidRequest',
  404: 'NoSuchUpload',
  409: 'Conflict',
  429: 'TooManyRequests',
  500: 'InternalError',
};

/**
 * A provider on this machine that treats every request in one way: `drop`, `hang`, or a status with `Retry-After`,
 * whose body comes in full, is `cut` in the middle, or is `garbled`, so that it cannot be unpacked.
 */
export async function fakeProvider(scenario) {
  const requests = [];
  const server = createServer((request, response) => {
    const chunks = [];
    request
      .on('data', (chunk) => chunks.push(chunk))
      .on('end', () => {
        requests.push({ method: request.method, headers: request.headers, body: Buffer.concat(chunks).toString() });
        answer(scenario, request, response);
      });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { port, url: `http://127.0.0.1:${port}`, requests, close };
}

/** A port of this machine on which nothing listens. */
export async function closedPort() {
  const { port, close } = await fakeProvider('200');
  close();
  return port;
}

function answer(scenario, request, response) {
  if (scenario === 'drop') return request.socket.destroy();
  if (scenario === 'hang') return undefined;
  const [first, breaks] = scenario.split(' ');
  const status = Number(first);
  const [type, body] = status === 200 ? ['application/json', '{"id":"x","ok":true}'] : bodyOf(status, request);
  const headers = { 'content-type': type, ...(status === 429 && { 'retry-after': '1' }) };
  if (breaks === 'cut') {
    response.writeHead(status, { ...headers, 'content-length': body.length }).write(body.slice(0, -5));
    return setTimeout(() => request.socket.destroy(), 20);
  }
  return response
    .writeHead(status, { ...headers, ...(breaks === 'garbled' && { 'content-encoding': 'gzip' }) })
    .end(body);
}

function bodyOf(status, { headers }) {
  const message = 'refused';
  if (headers['x-amz-target']) {
    return ['application/x-amz-json-1.0', JSON.stringify({ __type: `sqs#${AWS_CODES[status]}`, message })];
  }
  if (/aws-sdk/.test(headers['user-agent'] ?? '')) {
    return ['application/xml', `<Error><Code>${AWS_CODES[status]}</Code><Message>${message}</Message></Error>`];
  }
  const type = { 429: 'rate_limit_error', 500: 'api_error' }[status] ?? 'invalid_request_error';
  const error = { type, message, code: 'refused' };
  return [
    'application/json',
    JSON.stringify({
      error,
      errors: [{ message }],
      message,
      name: 'refused',
      code: 20_003,
      status,
      statusCode: status,
    }),
  ];
}
