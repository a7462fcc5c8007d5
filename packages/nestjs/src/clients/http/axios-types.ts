import type { HttpService } from '@nestjs/axios';

/**
 * axios as `@nestjs/axios` sees it. axios has its types twice, for `import` and for `require`, and they do not fit each
 * other: taken from here they are the same in both builds of this package.
 */
export type AxiosInstance = HttpService['axiosRef'];

/** The configuration of a request that is about to be made. */
export type AxiosRequest = Parameters<RequestHandler>[0];

/** The response. */
export type AxiosAnswer = Parameters<ResponseHandler>[0];

/** Sends a request. */
export type AxiosAdapter = (request: AxiosRequest) => Promise<AxiosAnswer>;

type Interceptors = AxiosInstance['interceptors'];
type RequestHandler = NonNullable<Parameters<Interceptors['request']['use']>[0]>;
type ResponseHandler = NonNullable<Parameters<Interceptors['response']['use']>[0]>;
