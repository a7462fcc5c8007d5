import { Body, Controller, Get, Inject, Param, Post, Req, Res, VERSION_NEUTRAL, type Type } from '@nestjs/common';
import { DashboardService } from './dashboard.service.js';
import { takeOver, type Exchange } from './exchange.js';

/** The routes of the page, at a path. They write their responses themselves: the same on Express and Fastify. */
export function dashboardController(path: string): Type {
  @Controller({ path, version: VERSION_NEUTRAL })
  class DashboardController {
    constructor(@Inject(DashboardService) private readonly dashboard: DashboardService) {}

    /** Neither framework answers for a response that was taken over. */
    private async answer(request: object, reply: object, work: (exchange: Exchange) => Promise<void>): Promise<void> {
      const exchange = takeOver(request, reply);
      await work(exchange).catch((error: unknown) => this.dashboard.failed(exchange, error));
    }

    @Get()
    root(@Req() request: object, @Res() reply: object): Promise<void> {
      return this.answer(request, reply, (exchange) => this.dashboard.redirect(exchange));
    }

    @Get('page')
    page(@Req() request: object, @Res() reply: object): Promise<void> {
      return this.answer(request, reply, (exchange) => this.dashboard.file(exchange, 'index.html'));
    }

    @Get('assets/:file')
    asset(@Req() request: object, @Res() reply: object, @Param('file') file: string): Promise<void> {
      return this.answer(request, reply, (exchange) => this.dashboard.file(exchange, `assets/${file}`));
    }

    @Get('state')
    state(@Req() request: object, @Res() reply: object): Promise<void> {
      return this.answer(request, reply, (exchange) => this.dashboard.state(exchange));
    }

    @Get('stream')
    stream(@Req() request: object, @Res() reply: object): Promise<void> {
      return this.answer(request, reply, (exchange) => this.dashboard.stream(exchange));
    }

    @Post('controls')
    control(@Req() request: object, @Res() reply: object, @Body() body: unknown): Promise<void> {
      return this.answer(request, reply, (exchange) => this.dashboard.control(exchange, body));
    }
  }
  return DashboardController;
}
