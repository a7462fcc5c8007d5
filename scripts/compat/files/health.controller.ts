import { Controller, Get, Post } from '@nestjs/common';
import { HealthCheck, HealthCheckService } from '@nestjs/terminus';
import { Resilience } from '@breakwater/nestjs';
import { ResilienceHealthIndicator } from '@breakwater/nestjs/health';

@Controller('health')
export class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly indicator: ResilienceHealthIndicator,
    private readonly resilience: Resilience,
  ) {}

  @Get()
  @HealthCheck()
  check() {
    return this.health.check([() => this.indicator.check()]);
  }

  @Post('isolate')
  isolate(): void {
    this.resilience.provider('payments').circuitBreaker?.isolate();
  }
}
