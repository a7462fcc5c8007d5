import { CONTRIBUTION, type Contribution } from '@breakwater/core/adapter';
import type { DiscoveryService } from '@nestjs/core';

/** Finds the contributions of an application, such as that of its queues. */
export function contributionsOf(discovery: DiscoveryService): readonly Contribution[] {
  const instances: readonly unknown[] = discovery.getProviders().map(({ instance }): unknown => instance);
  const offered = instances
    .filter((instance): instance is object => typeof instance === 'object' && instance !== null)
    .map((instance) => (instance as { [CONTRIBUTION]?: Contribution })[CONTRIBUTION]);
  // A queue may be provided under several tokens.
  return [...new Set(offered.filter((contribution) => contribution !== undefined))];
}
