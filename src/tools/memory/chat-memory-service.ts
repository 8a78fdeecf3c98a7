import { type Clock, linkedSignal, orAborted, RequestError } from '../../runtime/index.js';
import { faultText } from '../result-text.js';
import { memoryFault } from './memory-fault.js';

export interface ServiceRequest {
  readonly method: 'POST' | 'DELETE';
  /** With its query. */
  readonly path: string;
  /** Sent as JSON. @default nothing */
  readonly body?: unknown;
  readonly signal: AbortSignal | undefined;
  readonly timeoutMs: number;
}

export interface ServiceParts {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>> | undefined;
  readonly clock: Clock;
  readonly fetch: typeof globalThis.fetch;
  /** Ends all that is asked. */
  readonly closing: AbortSignal;
}

const MAX_ANSWER_BYTES = 1024 * 1024;

/**
 * Asks ChatMemory one thing.
 *
 * @returns The JSON that it answers.
 * @throws {RequestError} BRIDGE_ERR_MEMORY - a `RefusedError` where it answered with a status that is no success.
 * @throws the signals' reasons.
 */
export async function askService(parts: ServiceParts, request: ServiceRequest): Promise<unknown> {
  const { signal, timeoutMs } = request;
  signal?.throwIfAborted();
  const late = new AbortController();
  const seconds = timeoutMs / 1000;
  const timer = parts.clock.after(timeoutMs, () =>
    late.abort(
      memoryFault(
        `ChatMemory did not answer within ${seconds} s. Try again, or set tools.memory.timeoutMs higher.`,
      ),
    ),
  );
  const ends = [late.signal, parts.closing, ...(signal === undefined ? [] : [signal])];
  const linked = linkedSignal(...ends);
  try {
    return await orAborted(exchanged(parts, request, linked.signal), linked.signal);
  } catch (error) {
    linked.signal.throwIfAborted();
    throw error;
  } finally {
    timer.cancel();
    linked.release();
  }
}

async function exchanged(
  { url, headers, fetch }: ServiceParts,
  { method, path, body }: ServiceRequest,
  signal: AbortSignal,
): Promise<unknown> {
  const { host } = new URL(url);
  let response: Response;
  try {
    response = await fetch(`${url.replace(/\/+$/, '')}${path}`, {
      method,
      headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      body: body === undefined ? null : JSON.stringify(body),
      // Another host has no business with the headers.
      redirect: 'error',
      signal,
    });
  } catch (error) {
    throw memoryFault(
      `ChatMemory does not answer at ${host}: ${faultText(error)}. Start it or check its address.`,
      error,
    );
  }
  if (response.ok) return bounded(response);
  await response.body?.cancel().catch(() => {});
  throw new RefusedError(host, response.status);
}

/** The service answered that it will not. */
export class RefusedError extends RequestError {
  readonly status: number;

  constructor(host: string, status: number) {
    super('BRIDGE_ERR_MEMORY', `ChatMemory at ${host} refused with status ${status}. Look into its log.`);
    this.status = status;
  }
}

async function bounded(response: Response): Promise<unknown> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of response.body ?? []) {
    bytes += part.byteLength;
    if (bytes > MAX_ANSWER_BYTES)
      throw memoryFault(`Expected at most ${MAX_ANSWER_BYTES} bytes from ChatMemory, got more.`);
    parts.push(part);
  }
  try {
    return JSON.parse(Buffer.concat(parts).toString('utf8'));
  } catch (error) {
    throw memoryFault('Expected JSON from ChatMemory, got something else. Check its address.', error);
  }
}
