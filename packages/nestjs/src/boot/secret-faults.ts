import type { Fault } from '@breakwater/core';
import { sectionFaults } from '../config/section-faults.js';
import type { Resilience } from '../resilience.js';

/** A fault for every secret that the settings refer to and that is not there, or cannot be a secret of its kind. */
export function secretFaults(resilience: Resilience): readonly Fault[] {
  return resilience.names.flatMap((name) => {
    const sections = { http: resilience.givenSection(name, 'http'), webhook: resilience.section(name, 'webhook') };
    return sectionFaults(sections, (value) => resilience.reveal(value), `resilience.providers.${name}`);
  });
}
