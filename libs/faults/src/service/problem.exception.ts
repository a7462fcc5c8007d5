import { STATUS_CODES } from 'node:http';
import { HttpException } from '@nestjs/common';

/** The JSON of every answer that is not a success; `faults` lists what is wrong with the input, a line per field. */
export interface Problem {
  readonly statusCode: number;
  readonly error: string;
  readonly message: string;
  readonly faults: readonly string[];
}

export interface ProblemDetails {
  readonly faults?: readonly string[];
  readonly headers?: Readonly<Record<string, string>>;
}

/** A refusal, with what its JSON says and the headers that go with it. */
export class ProblemException extends HttpException {
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, message: string, details: ProblemDetails = {}) {
    super(problem(status, message, details.faults), status);
    this.headers = details.headers ?? {};
  }
}

export function problem(statusCode: number, message: string, faults: readonly string[] = []): Problem {
  return { statusCode, error: STATUS_CODES[statusCode] ?? 'Error', message, faults };
}
