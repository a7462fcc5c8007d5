import { ResilienceParts } from '@breakwater/nestjs/adapter';
import { Module, type DynamicModule, type Provider } from '@nestjs/common';
import { DiscoveryModule, DiscoveryService } from '@nestjs/core';
import type { DashboardOptions } from './dashboard.options.js';
import { dashboardController } from './serving/dashboard.controller.js';
import { DashboardService } from './serving/dashboard.service.js';

/** How the options are made when the application starts; `path` has to be known before. */
export interface DashboardModuleAsyncOptions extends Pick<DynamicModule, 'imports'> {
  /** Where the page is: needed before anything is injected. Default `'/resilience'`. */
  readonly path?: string;
  readonly inject?: NonNullable<Extract<Provider, { useFactory: unknown }>['inject']>;
  readonly useFactory: (...args: never[]) => Omit<DashboardOptions, 'path'> | Promise<Omit<DashboardOptions, 'path'>>;
}

const OPTIONS = Symbol.for('breakwater.dashboard-options');
const DEFAULT_PATH = '/resilience';

/** Serves a live page of the application's third parties. Needs a `ResilienceModule`. */
@Module({})
export class DashboardModule {
  /** The application does not start where `NODE_ENV` is `production` and there is no `authorize`. */
  static forRoot(options: DashboardOptions = {}): DynamicModule {
    return moduleOf(options.path, { provide: OPTIONS, useValue: options }, []);
  }

  /** The same with options that are made when the application starts. */
  static forRootAsync({ path, imports = [], inject = [], useFactory }: DashboardModuleAsyncOptions): DynamicModule {
    const factory = useFactory as (...args: unknown[]) => unknown;
    return moduleOf(path, { provide: OPTIONS, inject, useFactory: factory }, imports);
  }
}

function moduleOf(
  path: string | undefined,
  options: Provider,
  imports: NonNullable<DynamicModule['imports']>,
): DynamicModule {
  return {
    module: DashboardModule,
    imports: [DiscoveryModule, ...imports],
    controllers: [dashboardController(path ?? DEFAULT_PATH)],
    providers: [
      options,
      {
        provide: DashboardService,
        inject: [ResilienceParts, DiscoveryService, OPTIONS],
        useFactory: (parts: ResilienceParts, discovery: DiscoveryService, given: DashboardOptions) => {
          requireAuthorize(given);
          return new DashboardService(parts, discovery, given);
        },
      },
    ],
  };
}

/** The page shows how the application is doing and lets its circuits be switched: not to just any visitor. */
function requireAuthorize({ authorize }: DashboardOptions): void {
  if (typeof authorize === 'function' || (authorize === undefined && !isProduction())) return;
  throw new TypeError(
    authorize === undefined
      ? 'DashboardModule: in production, give authorize: (request, action) => boolean, which says who may see the page and use its controls'
      : 'DashboardModule: authorize is not a function',
  );
}

/** `Production` and `prod-eu` mean it as well, and `product-demo` does not. */
function isProduction(): boolean {
  return /^\s*prod(?:uction)?(?![a-z])/i.test(process.env['NODE_ENV'] ?? '');
}
