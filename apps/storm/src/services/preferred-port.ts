import { createServer, type AddressInfo } from 'node:net';

/** The port if it is free on this machine, otherwise another that is. */
export async function preferredPort(port: number): Promise<number> {
  return (await probe(port)) ?? (await probe(0)) ?? 0;
}

/** The port if it can be listened on; for 0, one that can. */
function probe(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen(port, '127.0.0.1', () => {
      const { port: found } = server.address() as AddressInfo;
      server.close(() => resolve(found));
    });
  });
}
