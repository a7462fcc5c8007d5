/** The text that --help prints. */
export const usage = (storms: readonly { readonly name: string; readonly title: string }[]): string =>
  `Usage: npm run demo -- [--storm NAME] [--store URL] [--json FILE]

Puts two checkouts, one unprotected and one protected, through the same storms and prints what held.

  --storm NAME  run one storm
  --store URL   where the protected checkout keeps what its policies keep: memory: (the default), sqlite:FILE,
                redis://… or postgres://…; storms that need a store of their own kind start it, or say why not
  --json FILE   write the results to FILE as well
  --help        print this

Storms:
${storms.map(({ name, title }) => `  ${name.padEnd(20)}${title}`).join('\n')}

Exit code: 0 when every promise held, 1 when one was broken or a service died, 2 when the command was misused.
`;
