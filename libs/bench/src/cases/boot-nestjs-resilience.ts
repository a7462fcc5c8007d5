import { loadNestjsResilience, type NestjsResilience } from './load-nestjs-resilience.js';

/**
 * Boots an application of the Nest in `folder` with one provider whose method has the strategies, the first innermost;
 * gives that method.
 */
export async function bootNestjsResilience(
  folder: string,
  strategies: (lib: NestjsResilience) => readonly object[],
  work: () => Promise<unknown>,
): Promise<() => Promise<unknown>> {
  const lib = loadNestjsResilience(folder);
  const { Module, Injectable, NestFactory } = lib;
  class Client {
    call(): Promise<unknown> {
      return work();
    }
  }
  const call = Object.getOwnPropertyDescriptor(Client.prototype, 'call')!;
  lib.UseResilience(...strategies(lib))(Client.prototype, 'call', call);
  Object.defineProperty(Client.prototype, 'call', call);
  Injectable()(Client);
  class BenchModule {}
  Module({ imports: [lib.ResilienceModule.forRoot({}) as never], providers: [Client] })(BenchModule);
  const app = await NestFactory.createApplicationContext(BenchModule, { logger: false });
  const client = app.get(Client);
  return () => client.call();
}
