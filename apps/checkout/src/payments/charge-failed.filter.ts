import { InjectProvider, ResilientProvider } from '@breakwater/nestjs';
import { type ArgumentsHost, Catch, type ExceptionFilter, Logger } from '@nestjs/common';
import type { Response } from 'express';
import { ChargeFailedError } from './charge-failed.error.js';

/** Tells a customer that a charge failed, and the log why. */
@Catch(ChargeFailedError)
export class ChargeFailedFilter implements ExceptionFilter<ChargeFailedError> {
  private readonly logger = new Logger(ChargeFailedFilter.name);

  constructor(@InjectProvider('payments') private readonly payments: ResilientProvider) {}

  catch(error: ChargeFailedError, host: ArgumentsHost): void {
    this.logger.warn(`${error.message}: ${error.cause}`);
    const response = host.switchToHttp().getResponse<Response>();
    const circuit = this.payments.circuitBreaker?.export();
    if (circuit?.state === 'open') {
      // The call that failed was the last straw: we know by when it is worth trying again.
      response.set('Retry-After', String(Math.ceil((circuit.openForMs ?? 0) / 1000)));
      response.status(503).json({ statusCode: 503, error: 'Service Unavailable', message: MESSAGE });
    } else {
      response.status(502).json({ statusCode: 502, error: 'Bad Gateway', message: MESSAGE });
    }
  }
}

const MESSAGE = 'The order could not be charged. It is kept: submit it again under the same id.';
