import { AsyncResource } from 'node:async_hooks';
import {
  Metadata,
  status as codes,
  type InterceptingCall,
  type InterceptingListener,
  type StatusObject,
} from '@grpc/grpc-js';

/** The calls of `grpc-js` that interceptors lie above. */
type LowerCall = Pick<InterceptingCall, keyof InterceptingCall>;
type MessageContext = Parameters<LowerCall['sendMessageWithContext']>[0];

/** How many messages of a stream are kept for another sending until its answer begins. */
const MOST_KEPT = 16;

export interface Resending {
  /** Whether the server answers with a stream: its head is then passed on at once. */
  readonly responseStream: boolean;
  /** Whether a request is sent once more that ended with this status before any answer began; never rejects. */
  mayResend(status: StatusObject): Promise<boolean> | undefined;
  /** The metadata with which it is. */
  metadata(): Metadata;
}

/** One message of a request. */
interface Message {
  readonly context: MessageContext;
  readonly message: unknown;
}

/** The lower half of an intercepted request, which can be sent once more while its caller has heard nothing of it. */
export class ResendableCall implements LowerCall {
  private lower: LowerCall;
  private listener: InterceptingListener | undefined;
  /** Messages that another sending repeats; `undefined` once there can be none. */
  private kept: Message[] | undefined = [];
  /** Messages that wait for another sending, in order; `undefined` where they pass at once. */
  private held: Message[] | undefined;
  private isClosed = false;
  private isReading = false;
  /** Between two sendings. */
  private isWaiting = false;
  /** Holds the call in whose method it is made: where an answer arrives, another may be the current one. */
  private readonly context = new AsyncResource('ResendableCall');

  constructor(
    private readonly make: () => LowerCall,
    private readonly resending: Resending,
  ) {
    this.lower = make();
  }

  start(metadata: Metadata, listener: Partial<InterceptingListener> = {}): void {
    const ignore = () => {};
    this.listener = {
      onReceiveMetadata: listener.onReceiveMetadata?.bind(listener) ?? ignore,
      onReceiveMessage: listener.onReceiveMessage?.bind(listener) ?? ignore,
      onReceiveStatus: listener.onReceiveStatus?.bind(listener) ?? ignore,
    };
    this.lower.start(metadata, this.listening(this.listener));
  }

  sendMessage(message: unknown): void {
    this.sendMessageWithContext({}, message);
  }

  sendMessageWithContext(context: MessageContext, message: unknown): void {
    const written = { context: once(context), message };
    if (this.kept !== undefined && this.kept.push(written) > MOST_KEPT) this.kept = undefined;
    if (this.held !== undefined) this.held.push(written);
    else this.lower.sendMessageWithContext(written.context, message);
  }

  halfClose(): void {
    this.isClosed = true;
    if (this.held === undefined) this.lower.halfClose();
  }

  startRead(): void {
    this.isReading = true;
    if (!this.isWaiting) this.lower.startRead();
  }

  cancelWithStatus(code: codes, details: string): void {
    if (!this.isWaiting) return this.lower.cancelWithStatus(code, details);
    this.isWaiting = false;
    this.listener?.onReceiveStatus({ code, details, metadata: new Metadata() });
  }

  getPeer(): string {
    return this.lower.getPeer();
  }

  getAuthContext(): ReturnType<LowerCall['getAuthContext']> {
    return this.lower.getAuthContext();
  }

  /** Passes an answer on once it can be no refusal of the request. */
  private listening(listener: InterceptingListener): InterceptingListener {
    let head: Metadata | undefined;
    let emptied = false;
    const answered = () => {
      this.kept = undefined;
      if (head !== undefined) listener.onReceiveMetadata(head);
      head = undefined;
    };
    return {
      onReceiveMetadata: (received) => {
        head = received;
        if (this.resending.responseStream) answered();
      },
      onReceiveMessage: (message: unknown) => {
        // So `grpc-js` says that a request with one answer has had none; the status follows.
        if (message === null) emptied = true;
        else {
          answered();
          listener.onReceiveMessage(message);
        }
      },
      onReceiveStatus: (status) => {
        const end = () => {
          answered();
          if (emptied) listener.onReceiveMessage(null);
          listener.onReceiveStatus(status);
        };
        const mayResend = this.kept === undefined ? undefined : this.resending.mayResend(status);
        if (mayResend === undefined) return end();
        this.isWaiting = true;
        this.held = this.kept;
        this.kept = undefined;
        void mayResend.then((resends) => {
          // It was cancelled meanwhile.
          if (!this.isWaiting) return;
          this.isWaiting = false;
          if (resends) this.context.runInAsyncScope(() => this.sendAgain(listener));
          else end();
        });
      },
    };
  }

  private sendAgain(listener: InterceptingListener): void {
    const metadata = this.resending.metadata();
    this.lower = this.make();
    this.lower.start(metadata, this.listening(listener));
    if (this.isReading) this.lower.startRead();
    this.sendHeld();
  }

  /** Sends what is held, each message once the one before it is written, as `grpc-js` requires. */
  private sendHeld(): void {
    const next = this.held?.shift();
    if (next !== undefined) {
      const { context, message } = next;
      const callback = (error?: Error | null) => {
        context.callback?.(error);
        this.sendHeld();
      };
      return this.lower.sendMessageWithContext({ ...context, callback }, message);
    }
    this.held = undefined;
    if (this.isClosed) this.lower.halfClose();
  }
}

/** A message is written once as its caller sees it, however often it is sent. */
function once({ callback, ...rest }: MessageContext): MessageContext {
  let isWritten = false;
  return {
    ...rest,
    callback: (error) => {
      if (isWritten) return;
      isWritten = true;
      callback?.(error);
    },
  };
}
