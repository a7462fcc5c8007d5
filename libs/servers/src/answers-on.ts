import { connect } from 'node:net';

/** Whether a server on a port of the loopback interface answers `hello` with something that begins with `expected`. */
export function answersOn(port: number, hello: string | Buffer, expected: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    const done = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(1000, () => done(false));
    socket.once('error', () => done(false));
    socket.once('close', () => done(false));
    socket.once('connect', () => socket.write(hello));
    socket.once('data', (data) => done(data.toString('latin1').startsWith(expected)));
  });
}
