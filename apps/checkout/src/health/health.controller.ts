import { Resilience, type ResilienceSnapshot } from '@breakwater/nestjs';
import { Controller, Get } from '@nestjs/common';

@Controller('health')
export class HealthController {
  constructor(private readonly resilience: Resilience) {}

  @Get()
  report(): { status: 'ok'; resilience: ResilienceSnapshot } {
    return { status: 'ok', resilience: this.resilience.snapshot() };
  }
}
