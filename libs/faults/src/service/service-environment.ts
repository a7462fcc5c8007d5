import * as v from 'valibot';

/** The settings that a mock service reads from its environment. */
export interface ServiceEnvironment {
  readonly port?: number;
  readonly seed?: number;
}

const schema = v.object({ PORT: v.optional(decimal(65_535)), FAULTS_SEED: v.optional(decimal(2 ** 32 - 1)) });

/** Throws one error that names every variable it cannot read. */
export function serviceEnvironment(env: NodeJS.ProcessEnv): ServiceEnvironment {
  const { success, output, issues } = v.safeParse(schema, env);
  if (success) return { port: output.PORT, seed: output.FAULTS_SEED };
  throw new Error(issues.map((issue) => `${v.getDotPath(issue)} ${issue.message}`).join('; '));
}

function decimal(to: number) {
  const message = `must be a whole number from 0 to ${to}`;
  return v.pipe(v.string(), v.regex(/^\d{1,10}$/, message), v.transform(Number), v.maxValue(to, message));
}
