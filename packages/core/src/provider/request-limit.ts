import { currentLiveCall } from '../engine/current-call.js';
import { UNNAMED_ARGS } from '../engine/call.js';
import type { LiveCall, LiveWork } from '../engine/live-call.js';
import type { Pipeline } from '../engine/pipeline.js';

/** The parts of a provider that admit a request. */
export interface RequestLimitParts {
  /** The pipeline of single requests of an operation; `undefined` where the provider has no rate limit. */
  pipelineOf(operation: string): Pipeline | undefined;
  newCall(operation: string, args: readonly unknown[], work: LiveWork): LiveCall;
  run(pipeline: Pipeline, call: LiveCall, signal?: AbortSignal): Promise<unknown>;
}

/** Admits single requests: each is a call within the current one, and has its deadline and abort. */
export class RequestLimit {
  constructor(
    private readonly provider: string,
    private readonly parts: RequestLimitParts,
  ) {}

  /**
   * Sends once the rate limit admits it. Rejects with a `RateLimitedError` where it does not. `send` runs in the async
   * context of the caller, so that the request is one of the call that it is made in. `waits` is called where it is not
   * admitted at once.
   */
  async send<T>(send: () => Promise<T>, signal?: AbortSignal, waits?: () => void): Promise<T> {
    const current = currentLiveCall();
    const call = current?.provider === this.provider ? current : undefined;
    const pipeline = this.parts.pipelineOf(call?.operation ?? 'execute');
    if (pipeline === undefined) return send();
    let finish!: (answer: Promise<T>) => void;
    const answered = new Promise<T>((resolve) => (finish = resolve));
    let isAdmitted = false;
    await new Promise<void>((admit, refuse) => {
      const request = this.parts.newCall(call?.operation ?? 'execute', call?.args ?? UNNAMED_ARGS, () => {
        isAdmitted = true;
        admit();
        return answered;
      });
      request.key = call?.key;
      // Refused while it waits, it rejects here; later its end is that of the request itself.
      this.parts.run(pipeline, request, signal).catch(refuse);
      if (!isAdmitted) waits?.();
    });
    const answer = send();
    finish(answer);
    return answer;
  }
}
