import { Account, ApiKeyGuard, IdempotencyInterceptor, IdempotencyKey } from '@breakwater/faults';
import { Body, Controller, Post, UseGuards, UseInterceptors } from '@nestjs/common';
import { LimitGuard } from '../limits/limit.guard.js';
import { type Charge, type ChargeRequest, chargeRequest } from './charge.js';
import { Charges } from './charges.service.js';

@Controller('charges')
export class ChargesController {
  constructor(private readonly charges: Charges) {}

  @Post()
  @UseGuards(ApiKeyGuard, LimitGuard)
  @UseInterceptors(IdempotencyInterceptor)
  create(
    @Account() merchant: string,
    @Body({ schema: chargeRequest }) request: ChargeRequest,
    @IdempotencyKey() idempotencyKey: string | undefined,
  ): Promise<Charge> {
    return this.charges.charge(merchant, request, idempotencyKey);
  }
}
