import type { Clock } from '../time/clock.js';
import type { AnswerProtocol } from '../outcome/exchange.js';
import type { WireListener } from './wire-listener.js';

/** The provider that makes calls, and the clock that times them. */
export interface CallOrigin {
  readonly provider: string;
  readonly clock: Clock;
  /** The protocol above HTTP in which the answers of its calls are to be read. */
  readonly protocol?: AnswerProtocol | undefined;
  /** Whether code at any depth below a method finds its call, also after it has waited. */
  readonly trackCalls?: boolean;
  /** The listener to the requests that its calls send; `undefined` where there is none. */
  wire?(): WireListener | undefined;
}
