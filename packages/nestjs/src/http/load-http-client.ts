import type * as NestAxios from '@nestjs/axios';
import type * as Axios from 'axios';

/** The optional peers of `@InjectHttp`, loaded when the first client is made. Throws an error that says what to install. */
export async function loadHttpClient(
  provider: string,
): Promise<{ HttpService: typeof NestAxios.HttpService; axios: Axios.AxiosStatic }> {
  try {
    const [nest, { default: axios }] = await Promise.all([import('@nestjs/axios'), import('axios')]);
    return { HttpService: nest.HttpService, axios };
  } catch (cause) {
    const message = `@InjectHttp('${provider}') needs two packages: npm install @nestjs/axios axios`;
    throw new Error(message, { cause });
  }
}
