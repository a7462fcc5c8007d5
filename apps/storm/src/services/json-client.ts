import { Pool } from 'undici';

/** JSON over one pool of kept connections to one service. */
export class JsonClient {
  private readonly pool: Pool;

  constructor(
    readonly url: string,
    connections = 16,
  ) {
    this.pool = new Pool(url, { connections });
  }

  /** @throws Error when the answer is not a 2xx: these are controls, which have to work. */
  async call<T>(method: 'GET' | 'PUT' | 'POST' | 'DELETE', path: string, content?: object): Promise<T> {
    const { statusCode, body } = await this.pool.request({
      method,
      path,
      ...(content && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(content) }),
    });
    const text = await body.text();
    if (statusCode >= 300)
      throw new Error(`${method} ${this.url}${path} answered ${statusCode}: ${text.slice(0, 300)}`);
    return (text === '' ? undefined : JSON.parse(text)) as T;
  }

  close(): Promise<void> {
    return this.pool.destroy();
  }
}
