import type { Clock } from '../time/clock.js';
import type { AnswerProtocol } from '../outcome/exchange.js';
import type { WireListener } from './requests/wire-listener.js';

/** How the results of a method's calls are to be read, where that is not as those of all others. */
export interface ResultReading {
  readonly protocol?: AnswerProtocol | undefined;
  readonly stream?: boolean | undefined;
}

/** The provider that makes calls, and the clock that times them. */
export interface CallOrigin {
  readonly provider: string;
  readonly clock: Clock;
  /** The protocol above HTTP in which the answers of its calls are to be read. */
  readonly protocol?: AnswerProtocol | undefined;
  /** Whether its calls last until what they return has been read; by default where that is read by iterating only. */
  readonly stream?: boolean | undefined;
  /** Whether code at any depth below a method finds its call, also after it has waited. */
  readonly trackCalls?: boolean;
  /** The listener to the requests that its calls send; `undefined` where there is none. */
  wire?(): WireListener | undefined;
}
