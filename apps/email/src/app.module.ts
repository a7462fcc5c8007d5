import { FaultsModule } from '@breakwater/faults';
import { type DynamicModule, Module, RequestMethod } from '@nestjs/common';
import type { EmailOptions } from './email-options.js';
import { MessagesController } from './messages/messages.controller.js';
import { OutboxController } from './outbox/outbox.controller.js';
import { Outbox } from './outbox/outbox.service.js';

/** The mock e-mail service; only `/messages` is struck by faults. */
@Module({ controllers: [MessagesController, OutboxController], providers: [Outbox] })
export class AppModule {
  static forRoot({ seed, clock }: EmailOptions = {}): DynamicModule {
    const count = [{ path: 'messages', method: RequestMethod.POST }];
    return { module: AppModule, imports: [FaultsModule.forRoot({ exclude: ['outbox'], count, seed, clock })] };
  }
}
