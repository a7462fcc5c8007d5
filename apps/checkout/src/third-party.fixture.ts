import type { createPaymentsApp } from '@breakwater/payments';

type Service = Awaited<ReturnType<typeof createPaymentsApp>>;

/** A mock service with the handles by which a test moves it. */
export class ThirdParty {
  constructor(private readonly service: Service) {}

  /** The faults from now on. */
  async strike(faults: object): Promise<void> {
    await this.put('/faults', faults);
  }

  async heal(): Promise<void> {
    await this.strike({});
  }

  async get<T>(path: string): Promise<T> {
    return (await (await fetch(this.service.url + path)).json()) as T;
  }

  async put(path: string, body: object): Promise<void> {
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(this.service.url + path, { method: 'PUT', headers, body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
  }

  close(): Promise<void> {
    return this.service.close();
  }
}
