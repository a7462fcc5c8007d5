import { nextTick } from 'node:process';

/** The part of a socket that is used here. */
interface Corkable {
  cork(): void;
  uncork(): void;
}

/** A backend of BullMQ as far as it may have a client of ioredis, whose socket can be told to wait. */
interface MaybeOfRedis {
  readonly client?: PromiseLike<Client>;
}

interface Client {
  readonly stream?: Partial<Corkable>;
  readonly status?: string;
}

/**
 * Sends the commands of one turn of the event loop in one write. Each by itself costs a system call, which is a fifth
 * of all that a job costs, and wakes the server once more.
 */
export class JointWrites {
  private client: Client | undefined;
  private isJoining = false;

  constructor(backend: object) {
    const { client } = backend as MaybeOfRedis;
    // A connection that fails is told of by the operations themselves.
    client?.then(
      (connected) => (this.client = connected),
      () => undefined,
    );
  }

  /** Whether there is a client of Redis that has lost its connection. */
  get isAway(): boolean {
    return this.client?.status !== undefined && this.client.status !== 'ready';
  }

  /** Has the commands from here to the end of the turn go out together. */
  join(): void {
    if (this.isJoining) return;
    // Another one after each reconnection; a cluster has none of its own.
    const stream = this.client?.stream;
    if (!isCorkable(stream)) return;
    this.isJoining = true;
    stream.cork();
    nextTick(() => {
      this.isJoining = false;
      stream.uncork();
    });
  }
}

function isCorkable(stream: Partial<Corkable> | undefined): stream is Corkable {
  return typeof stream?.cork === 'function' && typeof stream.uncork === 'function';
}
