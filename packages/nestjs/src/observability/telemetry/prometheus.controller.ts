import { Controller, Get, Inject, Res, VERSION_NEUTRAL, type Type } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { PrometheusRegistry } from './telemetry.options.js';

export const PROMETHEUS_REGISTRY = Symbol.for('breakwater.prometheus-registry');

/** A controller that serves a registry to Prometheus, on Express and Fastify. */
export function prometheusController(path: string): Type {
  // Where an application has versions in its paths, too, Prometheus finds it at the same one.
  @Controller({ path, version: VERSION_NEUTRAL })
  class PrometheusController {
    constructor(
      @Inject(PROMETHEUS_REGISTRY) private readonly registry: PrometheusRegistry,
      @Inject(HttpAdapterHost) private readonly host: HttpAdapterHost,
    ) {}

    @Get()
    async metrics(@Res({ passthrough: true }) response: object): Promise<string> {
      const text = await this.registry.metrics();
      this.host.httpAdapter.setHeader(response, 'Content-Type', this.registry.contentType);
      return text;
    }
  }
  return PrometheusController;
}
