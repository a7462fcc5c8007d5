import { randomUUID } from 'node:crypto';
import { startJsonServer, type JsonAnswer, type JsonServer } from './json-server.js';

/** A server that speaks AWS Secrets Manager's JSON 1.1 protocol. */
export interface SecretsManagerServer extends JsonServer {
  /** Every request: its operation and the label that it asked for. */
  readonly requests: readonly string[];
  /** Makes a value the current one, and the one before it the previous. */
  write(name: string, value: string | Uint8Array): void;
  forget(name: string): void;
  /** Answers everything with this error, such as `AccessDeniedException`, or as usual again. */
  failWith(error: string | undefined): void;
}

interface Version {
  readonly id: string;
  readonly value: string | Uint8Array;
  /** Epoch milliseconds. */
  readonly createdAt: number;
}

const TARGET = 'secretsmanager.';
/** The names that these two labels have among the versions, latest last. */
const STAGES: Readonly<Record<string, number>> = { AWSCURRENT: -1, AWSPREVIOUS: -2 };

/** Starts the server. Source: AWS Secrets Manager, API reference, "GetSecretValue". */
export async function startSecretsManager({
  now = Date.now,
}: { now?: () => number } = {}): Promise<SecretsManagerServer> {
  const secrets = new Map<string, Version[]>();
  const requests: string[] = [];
  let failing: string | undefined;

  const answer = (operation: string, input: Readonly<Record<string, string>>): JsonAnswer => {
    const { SecretId: name = '', VersionStage: stage = 'AWSCURRENT' } = input;
    requests.push(`${operation} ${stage}`);
    if (failing !== undefined) return refusal(failing, 'refused on command');
    if (operation !== 'GetSecretValue') return refusal('InvalidAction', operation);
    const found = secrets.get(name)?.at(STAGES[stage] ?? 0);
    if (found === undefined) return refusal('ResourceNotFoundException', "Secrets Manager can't find the secret.");
    const { id, value, createdAt } = found;
    const content =
      typeof value === 'string' ? { SecretString: value } : { SecretBinary: Buffer.from(value).toString('base64') };
    const ARN = `arn:aws:secretsmanager:eu-central-1:123456789012:secret:${name}-a1b2c3`;
    return {
      status: 200,
      body: { ARN, Name: name, VersionId: id, VersionStages: [stage], CreatedDate: createdAt / 1000, ...content },
    };
  };

  const server = await startJsonServer(({ headers, body }) => {
    const target = String(headers['x-amz-target'] ?? '');
    return answer(target.slice(TARGET.length), JSON.parse(body) as Record<string, string>);
  });
  return {
    ...server,
    requests,
    write(name, value) {
      const versions = secrets.get(name) ?? [];
      versions.push({ id: randomUUID(), value, createdAt: now() });
      secrets.set(name, versions);
    },
    forget: (name) => void secrets.delete(name),
    failWith: (error) => (failing = error),
  };
}

function refusal(type: string, message: string): JsonAnswer {
  return { status: 400, headers: { 'x-amzn-ErrorType': type }, body: { __type: type, message } };
}
