import { describe, expect, it } from '@jest/globals';
import { serviceEnvironment } from './service-environment.js';

describe('serviceEnvironment', () => {
  it('reads the port and the seed', () => {
    expect(serviceEnvironment({ PORT: '4001', FAULTS_SEED: '7' })).toEqual({ port: 4001, seed: 7 });
  });

  it('needs neither', () => {
    expect(serviceEnvironment({ PATH: '/bin' })).toEqual({ port: undefined, seed: undefined });
  });

  it('names everything it cannot read', () => {
    expect(() => serviceEnvironment({ PORT: '70000', FAULTS_SEED: 'x' })).toThrow(
      'PORT must be a whole number from 0 to 65535; FAULTS_SEED must be a whole number from 0 to 4294967295',
    );
  });
});
