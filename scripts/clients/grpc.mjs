import grpc from '@grpc/grpc-js';

const bytes = (value) => value;
const definition = {
  charge: {
    path: '/shop.Payments/Charge',
    requestStream: false,
    responseStream: false,
    requestSerialize: bytes,
    requestDeserialize: bytes,
    responseSerialize: bytes,
    responseDeserialize: bytes,
  },
};
/** The codes of gRPC for the failures that HTTP has statuses for. */
const CODES = { 400: 3, 404: 5, 409: 6, 429: 8, 500: 13 };

const field = (number, content) => Buffer.concat([Buffer.from([(number << 3) | 2, content.length]), content]);
/** A `google.rpc.Status` with a `RetryInfo` of one second. */
const retryInfo = field(
  3,
  Buffer.concat([
    field(1, Buffer.from('type.googleapis.com/google.rpc.RetryInfo')),
    field(2, field(1, Buffer.from([8, 1]))),
  ]),
);

/** The same as `fakeProvider`, over gRPC. */
export async function fakeGrpc(scenario) {
  const requests = [];
  const server = new grpc.Server();
  const sessions = new Set();
  server.addService(definition, {
    charge: (call, done) => {
      requests.push({ method: 'POST', headers: call.metadata.getMap(), body: '' });
      if (scenario === 'hang') return;
      if (scenario === 'drop') return server.forceShutdown();
      if (scenario === '200') return done(null, Buffer.from('ok'));
      const metadata = new grpc.Metadata();
      if (scenario === '429') metadata.set('grpc-status-details-bin', retryInfo);
      done({ code: CODES[scenario], details: 'refused', metadata });
    },
  });
  const insecure = grpc.ServerCredentials.createInsecure();
  const port = await new Promise((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', insecure, (error, bound) => (error ? reject(error) : resolve(bound)));
  });
  return { port, requests, sessions, close: () => server.forceShutdown() };
}

export async function grpcClient({ port }) {
  const client = new grpc.Client(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
  return ({ signal, key }) =>
    new Promise((resolve, reject) => {
      const metadata = new grpc.Metadata();
      if (key !== undefined) metadata.set('idempotency-key', key);
      const { path } = definition.charge;
      const call = client.makeUnaryRequest(path, bytes, bytes, Buffer.from('x'), metadata, (error, value) =>
        error ? reject(error) : resolve(value),
      );
      signal?.addEventListener('abort', () => call.cancel());
    });
}
