/** Whether this process serves real users, by the convention of Node's frameworks: `NODE_ENV` is `production`. */
export function isProduction(environment: Readonly<Record<string, string | undefined>> = process.env): boolean {
  return environment['NODE_ENV'] === 'production';
}
