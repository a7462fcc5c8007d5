import { type ArgumentsHost, BadRequestException, Catch, type ExceptionFilter } from '@nestjs/common';
import type { Response } from 'express';

/** Lists what is wrong with a request that cannot be read, whether its JSON is broken or what it says. */
@Catch(BadRequestException)
export class MalformedRequestFilter implements ExceptionFilter<BadRequestException> {
  catch(error: BadRequestException, host: ArgumentsHost): void {
    const { message } = error.getResponse() as { message: string | string[] };
    host
      .switchToHttp()
      .getResponse<Response>()
      .status(400)
      .json({ statusCode: 400, error: 'Bad Request', message: 'the request is malformed', faults: [message].flat() });
  }
}
