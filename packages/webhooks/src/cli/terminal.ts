/** The surroundings of the command: its output, and the variables that secrets may stand in. */
export interface Terminal {
  write(text: string): void;
  complain(text: string): void;
  readonly environment: Readonly<Record<string, string | undefined>>;
}
