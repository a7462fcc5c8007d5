import { Body, Controller, Get, Inject, Param, Post, Req, Res, VERSION_NEUTRAL, type Type } from '@nestjs/common';
import { DashboardService } from './dashboard.service.js';
import { takeOver } from './exchange.js';

/** The routes of the page, at a path. They write their responses themselves: the same on Express and Fastify. */
export function dashboardController(path: string): Type {
  @Controller({ path, version: VERSION_NEUTRAL })
  class DashboardController {
    constructor(@Inject(DashboardService) private readonly dashboard: DashboardService) {}

    @Get()
    root(@Req() request: object, @Res() reply: object): Promise<void> {
      return this.dashboard.redirect(takeOver(request, reply));
    }

    @Get('page')
    page(@Req() request: object, @Res() reply: object): Promise<void> {
      return this.dashboard.file(takeOver(request, reply), 'index.html');
    }

    @Get('assets/:file')
    asset(@Req() request: object, @Res() reply: object, @Param('file') file: string): Promise<void> {
      return this.dashboard.file(takeOver(request, reply), `assets/${file}`);
    }

    @Get('state')
    state(@Req() request: object, @Res() reply: object): Promise<void> {
      return this.dashboard.state(takeOver(request, reply));
    }

    @Get('stream')
    stream(@Req() request: object, @Res() reply: object): Promise<void> {
      return this.dashboard.stream(takeOver(request, reply));
    }

    @Post('controls')
    control(@Req() request: object, @Res() reply: object, @Body() body: unknown): Promise<void> {
      return this.dashboard.control(takeOver(request, reply), body);
    }
  }
  return DashboardController;
}
