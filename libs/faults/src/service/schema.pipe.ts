import { Injectable, StandardSchemaValidationPipe } from '@nestjs/common';
import { ProblemException } from './problem.exception.js';

/** Checks every parameter that has a `schema` and answers 400 with a line per bad field. */
@Injectable()
export class SchemaPipe extends StandardSchemaValidationPipe {
  constructor() {
    super({
      exceptionFactory: (issues) => new ProblemException(400, 'the request is malformed', { faults: lines(issues) }),
    });
  }
}

type Issues = Parameters<StandardSchemaValidationPipe['exceptionFactory']>[0];

function lines(issues: Issues): string[] {
  return issues.map(({ path = [], message }) => {
    const field = path.map((segment) => String(typeof segment === 'object' ? segment.key : segment)).join('.');
    return `${field === '' ? 'the body' : field} ${message}`;
  });
}
