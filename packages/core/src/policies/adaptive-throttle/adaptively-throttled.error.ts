import { guardFor, ResilienceError, type ResilienceErrorInfo } from '../../errors/resilience-error.js';

/** The provider accepts too few of the calls that it gets, so some are not sent. */
export class AdaptivelyThrottledError extends ResilienceError {
  readonly code = 'ADAPTIVELY_THROTTLED';

  constructor(
    /** The share of calls that was refused at that moment. */
    readonly rejectionProbability: number,
    info: ResilienceErrorInfo,
  ) {
    super(
      `${info.provider}: refused to spare the provider, as ${Math.round(rejectionProbability * 100)} % of its calls are: it accepts too few`,
      info,
    );
  }
}

/** Whether an error is an `AdaptivelyThrottledError`, of this copy of the package or another. */
export const isAdaptivelyThrottledError = guardFor<AdaptivelyThrottledError>('ADAPTIVELY_THROTTLED');
