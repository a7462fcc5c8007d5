/**
 * The codes of AWS for throttling where the status does not say so. Source: smithy-typescript,
 * `service-error-classification`.
 */
export const AWS_THROTTLING =
  /^(BandwidthLimitExceeded|EC2ThrottledException|PriorRequestNotComplete|ProvisionedThroughputExceeded(Exception)?|RequestLimitExceeded|RequestThrottled(Exception)?|SlowDown|Throttl(ed|ing)(Exception)?|TooManyRequestsException)$/;
