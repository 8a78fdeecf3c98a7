import { AccessRefusal } from '../access/index.js';
import { RequestError } from '../runtime/index.js';
import type { Asked, EndpointPorts } from './endpoint.js';
import { HttpRefusal } from './http-answer.js';
import { readBytes, readPieces } from './json-body.js';

export interface BodyOptions extends Pick<EndpointPorts, 'clock'> {
  readonly maxBytes: number;
  /** Given up when nothing came for so long. @default 30000 */
  readonly idleMs?: number;
}

/** What reading a body takes of a request. */
export type AskedBody = Pick<Asked, 'request' | 'spend'>;

const IDLE_MS = 30_000;

/** The JSON in a request's body, whatever it is. @throws {HttpRefusal} 400, 413 */
export async function readJson(asked: AskedBody, options: BodyOptions): Promise<unknown> {
  const bytes = await readBody(asked, options);
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    throw new HttpRefusal(400, 'BRIDGE_ERR_USAGE', 'Expected a body of JSON');
  }
}

/** @throws {HttpRefusal} 413; {RequestError} BRIDGE_ERR_USAGE - it ended too early. */
export async function readBody({ request, spend }: AskedBody, options: BodyOptions): Promise<Buffer> {
  const { maxBytes, clock, idleMs = IDLE_MS } = options;
  const tooLarge = (): HttpRefusal =>
    new HttpRefusal(413, 'BRIDGE_ERR_USAGE', `Expected a body of at most ${maxBytes} bytes`);
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw tooLarge();
  try {
    return await readBytes(request, { maxBytes, clock, idleMs, tooLarge, spend });
  } catch (error) {
    if (error instanceof HttpRefusal || error instanceof AccessRefusal) throw error;
    throw new RequestError('BRIDGE_ERR_USAGE', 'The body ended before all of it came', { cause: error });
  }
}

/** A body of any length, as it comes. @throws an error of the stream that ended too early, or of which nothing came for too long; {AccessRefusal} 429 */
export function streamBody(
  { request, spend }: AskedBody,
  { clock, idleMs = IDLE_MS }: Pick<BodyOptions, 'clock' | 'idleMs'>,
): AsyncIterable<Uint8Array> {
  return readPieces(request, { clock, idleMs, spend });
}

/** The fields of a form (multipart or urlencoded). @throws {HttpRefusal} 400, 413 */
export async function readForm(
  asked: AskedBody,
  options: BodyOptions,
): Promise<Awaited<ReturnType<Response['formData']>>> {
  const body = await readBody(asked, options);
  const type = asked.request.headers['content-type'] ?? '';
  try {
    return await new Response(new Uint8Array(body), { headers: { 'content-type': type } }).formData();
  } catch {
    throw new HttpRefusal(400, 'BRIDGE_ERR_USAGE', 'Expected a body of multipart/form-data');
  }
}
