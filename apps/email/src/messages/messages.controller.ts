import { Account, ApiKeyGuard, IdempotencyInterceptor, IdempotencyKey } from '@breakwater/faults';
import { Body, Controller, HttpCode, Post, UseGuards, UseInterceptors } from '@nestjs/common';
import { Outbox } from '../outbox/outbox.service.js';
import { type MessageRequest, messageRequest } from './message.js';

@Controller('messages')
export class MessagesController {
  constructor(private readonly outbox: Outbox) {}

  @Post()
  @HttpCode(202)
  @UseGuards(ApiKeyGuard)
  @UseInterceptors(IdempotencyInterceptor)
  send(
    @Account() account: string,
    @Body({ schema: messageRequest }) message: MessageRequest,
    @IdempotencyKey() idempotencyKey: string | undefined,
  ): { id: string } {
    return { id: this.outbox.add(account, message, idempotencyKey).id };
  }
}
