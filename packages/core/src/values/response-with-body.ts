/**
 * The same response with another body. A response cannot be given one, and a new one knows neither its URL nor whether
 * it was redirected.
 */
export function responseWithBody(response: Response, body: ReadableStream<Uint8Array>): Response {
  const { status, statusText, headers, url, redirected, type } = response;
  const changed = new Response(body, { status, statusText, headers });
  for (const [name, value] of Object.entries({ url, redirected, type }))
    Object.defineProperty(changed, name, { value });
  return changed;
}
