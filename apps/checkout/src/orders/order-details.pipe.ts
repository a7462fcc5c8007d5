import { randomUUID } from 'node:crypto';
import { BadRequestException, Injectable, type PipeTransform } from '@nestjs/common';
import type { OrderDetails } from './order.js';

/** Reads the body of `POST /orders`. Throws 400 with a line per fault. */
@Injectable()
export class OrderDetailsPipe implements PipeTransform<unknown, OrderDetails> {
  transform(body: unknown): OrderDetails {
    if (typeof body !== 'object' || body === null || Array.isArray(body)) {
      throw new BadRequestException(['the body must be a JSON object']);
    }
    const { id = `order-${randomUUID()}`, email, amount, currency } = body as Record<string, unknown>;
    const faults = Object.entries({ id, email, amount, currency })
      .filter(([field, value]) => !RULES[field as keyof OrderDetails].holds(value))
      .map(([field]) => `${field} must be ${RULES[field as keyof OrderDetails].what}`);
    if (faults.length > 0) throw new BadRequestException(faults);
    return { id, email, amount, currency } as OrderDetails;
  }
}

interface Rule {
  readonly what: string;
  holds(value: unknown): boolean;
}

const RULES: Readonly<Record<keyof OrderDetails, Rule>> = {
  id: text(/^[\w-]{1,64}$/, '1 to 64 characters of A-Z, a-z, 0-9, _ and -'),
  email: text(/^(?=.{1,254}$)[^\s@]+@[^\s@]+\.[^\s@]+$/, 'an e-mail address'),
  amount: {
    what: 'a whole number of minor units, 1 or more',
    holds: (value) => Number.isSafeInteger(value) && (value as number) > 0,
  },
  currency: text(/^[A-Z]{3}$/, 'three capital letters'),
};

function text(pattern: RegExp, what: string): Rule {
  return { what, holds: (value) => typeof value === 'string' && pattern.test(value) };
}
