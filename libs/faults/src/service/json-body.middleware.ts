import { Injectable, type NestMiddleware } from '@nestjs/common';
import { json, type NextFunction, type Request, type Response } from 'express';

/**
 * Reads JSON bodies of up to 100 kB; a middleware of the module, so that a call is counted even if it cannot be read.
 */
@Injectable()
export class JsonBodyMiddleware implements NestMiddleware {
  private readonly parse = json({ limit: '100kb' });

  use(request: Request, response: Response, next: NextFunction): void {
    this.parse(request, response, next);
  }
}
