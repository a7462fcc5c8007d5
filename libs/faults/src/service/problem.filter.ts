import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Logger } from '@nestjs/common';
import type { Response } from 'express';
import { problem, type Problem, ProblemException } from './problem.exception.js';

/**
 * Answers every error with the JSON of a `Problem`; only what is truly unexpected is a 500, and only that is logged.
 */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger(ProblemFilter.name);

  catch(error: unknown, host: ArgumentsHost): void {
    const response = host.switchToHttp().getResponse<Response>();
    const body = this.describe(error);
    if (response.headersSent || response.destroyed) return;
    if (error instanceof ProblemException) response.set(error.headers);
    response.status(body.statusCode).json(body);
  }

  private describe(error: unknown): Problem {
    if (error instanceof ProblemException) return error.getResponse() as Problem;
    if (error instanceof HttpException) return problem(error.getStatus(), error.message);
    if (isBodyError(error)) return problem(error.status, error.message);
    this.logger.error(error);
    return problem(500, 'the mock service itself failed; its log says how');
  }
}

/** The error of Express's body parser for broken JSON, an unsupported charset or too large a body. */
function isBodyError(error: unknown): error is Error & { status: number } {
  return (
    error instanceof Error &&
    'status' in error &&
    typeof error.status === 'number' &&
    error.status >= 400 &&
    error.status < 500
  );
}
