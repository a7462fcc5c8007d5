import { DashboardModule, type DashboardRequest } from '@breakwater/dashboard';
import { Module } from '@nestjs/common';

const THIS_MACHINE = /^(?:localhost|127\.0\.0\.1)(?::\d+)?$/;

/** The live page of the shop's third parties, for those who sit at this machine: the shop listens nowhere else. */
@Module({
  imports: [
    DashboardModule.forRootAsync({
      useFactory: () => ({
        title: 'checkout',
        authorize: ({ headers }: DashboardRequest) => THIS_MACHINE.test(headers.host ?? '') && { by: 'the demo' },
        // The page of the demo has it beside its shops.
        frameAncestors: (process.env['CHECKOUT_DASHBOARD_FRAMED_BY'] ?? '').split(' ').filter(Boolean),
      }),
    }),
  ],
})
export class OperatorsPageModule {}
