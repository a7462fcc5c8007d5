export interface EventAnswer {
  /** Null when there was no answer. */
  readonly status: number | null;
  readonly retryAfter: string | null;
}

/** Sends one event once; a receiver that cannot be reached is an answer without a status, never an error. */
export async function postEvent(url: string, init: RequestInit): Promise<EventAnswer> {
  try {
    const response = await fetch(url, { ...init, method: 'POST', redirect: 'manual' });
    await response.body?.cancel();
    return { status: response.status, retryAfter: response.headers.get('retry-after') };
  } catch {
    return { status: null, retryAfter: null };
  }
}
