import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { openSound } from '../audio/index.js';
import type { BridgeClient } from '../client/index.js';
import { LINK_DEFAULTS, MASK, parseLinkUrl } from '../config/index.js';
import { mdfFor } from '../mdf/index.js';
import { BridgeError, type Clock, type Logger, RequestError } from '../runtime/index.js';
import { answerJson, answerText, HttpRefusal } from './http-answer.js';
import type { AccessState } from './login-endpoints.js';
import type { MachinePort } from './machine-port.js';
import { machineRoutes } from './machine-routes.js';
import { playSound } from './play-sound.js';
import { isFollowed, targetOf } from './play-target.js';
import { sayRoutes } from './say-routes.js';
import type { SpeakerPort } from './speaker-port.js';
import type { TalkerPort } from './talk-port.js';
import { talkRoutes } from './talk-routes.js';
import { tooLarge, Upload } from './upload.js';

export interface RouteOptions {
  readonly client: BridgeClient;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly samplePath: string;
  readonly machine?: MachinePort;
  readonly speaker?: SpeakerPort;
  readonly talker?: TalkerPort;
  readonly moreMetrics?: () => Promise<string>;
  readonly version: string;
  readonly uploadFolder: string;
  readonly maxUploadBytes: number;
  readonly uploadIdleMs: number;
  /** Whether these routes are reached with the key of an operator only. @default never */
  readonly demandsKey?: () => boolean;
  /** Aborted when the server closes. */
  readonly signal: AbortSignal;
}

export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly query: URLSearchParams;
}

export type Route = (exchange: Exchange) => Promise<void> | void;
export type RouteTable = Readonly<Record<string, Partial<Readonly<Record<'GET' | 'POST', Route>>>>>;

const MAX_UPLOADS = 8;
/** A refused upload may finish for so long before it is cut. */
const DISCARD_MS = 10_000;
const ANSWER_TIMEOUT_MS = 3000;
const DEFAULT_LINK = `ws-listen://${LINK_DEFAULTS.host}:${LINK_DEFAULTS.wsPort}${LINK_DEFAULTS.wsPath}`;

const NO_GATE: AccessState = { demandsKey: false, role: 'operator', label: undefined };

/** What the server answers by path and method, besides the files of the page and the WebSocket. */
export function createRoutes(options: RouteOptions): RouteTable {
  let uploads = 0;
  return {
    // Where there is a gate, it answers.
    '/api/access': { GET: ({ response }) => answerJson(response, 200, NO_GATE) },
    ...machineRoutes(options),
    ...sayRoutes(options),
    ...talkRoutes(options),
    '/api/play': {
      POST: async (exchange) => {
        if (uploads >= MAX_UPLOADS) throw new HttpRefusal(503, 'BRIDGE_ERR_QUEUE_FULL', tooMany());
        uploads++;
        try {
          await playUpload(exchange, options);
        } finally {
          uploads--;
        }
      },
    },
    '/api/sample': {
      GET: async ({ response }) => answerSound(response, await readFile(options.samplePath)),
      POST: async ({ request, response, query }) => {
        const target = targetOf(query);
        const sound = await openSound(options.samplePath, { signal: options.signal, name: 'the sample' });
        await playSound(sound, response, { ...options, target, isFollowed: isFollowed(request) });
      },
    },
    '/api/interrupt': {
      POST: async ({ response, query }) => {
        const lane = query.get('lane');
        await answered(options, options.client.request('interrupt', lane === null ? {} : { lane }));
        answerJson(response, 200, {});
      },
    },
    '/api/mdf': { GET: ({ response, query }) => answerText(response, 200, mdfText(query), 'text/plain') },
    '/metrics': {
      GET: async ({ response }) => {
        const metrics = await answered(options, options.client.request('metrics', {}));
        // Of other things, so no name stands twice.
        const more = (await options.moreMetrics?.()) ?? '';
        answerText(response, 200, joined(metrics.text, more), metrics.contentType);
      },
    },
    '/healthz': {
      GET: ({ response }) => answerJson(response, 200, { status: 'ok', version: options.version }),
    },
    '/readyz': {
      GET: async ({ response }) => {
        await answered(options, options.client.request('status', {}));
        answerJson(response, 200, { status: 'ready', version: options.version });
      },
    },
  };
}

/** @param more - '' when there is nothing more. */
function joined(text: string, more: string): string {
  return more === '' ? text : `${text.replace(/\n*$/, '\n')}${more}`;
}

function answerSound(response: ServerResponse, bytes: Buffer): void {
  response.writeHead(200, {
    'Content-Type': 'audio/wav',
    'Content-Length': bytes.byteLength,
    'Cache-Control': 'no-cache',
  });
  response.end(bytes);
}

async function playUpload({ request, response, query }: Exchange, options: RouteOptions): Promise<void> {
  const { clock, maxUploadBytes: maxBytes, signal } = options;
  const target = targetOf(query);
  const upload = await Upload.open(request, {
    folder: options.uploadFolder,
    maxBytes,
    idleMs: options.uploadIdleMs,
    clock,
  });
  try {
    if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw tooLarge(maxBytes);
    const sound = await openSound(upload.bytes, { signal, name: 'the upload' });
    await playSound(sound, response, { ...options, target, isFollowed: isFollowed(request) });
    await upload.close();
  } catch (error) {
    await upload.discard(DISCARD_MS);
    throw upload.error ?? error;
  }
}

/** @throws {HttpRefusal} 400 - what parseLinkUrl and mdfFor say. */
function mdfText(query: URLSearchParams): string {
  const link = query.get('link') ?? DEFAULT_LINK;
  const host = query.get('host');
  if (link.includes(MASK)) {
    throw new HttpRefusal(
      400,
      'BRIDGE_ERR_CONFIG_LINK',
      'The path of this link is secret and not known here: use mmdagent-bridge mdf LINK',
    );
  }
  try {
    return `${mdfFor(parseLinkUrl(link), host === null ? {} : { host }).join('\n')}\n`;
  } catch (error) {
    // The fault is in what was asked, not in our own settings.
    if (error instanceof BridgeError) throw new HttpRefusal(400, error.code, error.message);
    throw error;
  }
}

/** While the daemon is away requests wait for it: not for ever here. */
async function answered<T>({ clock }: RouteOptions, result: Promise<T>): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const timer = clock.after(ANSWER_TIMEOUT_MS, () =>
      reject(
        new RequestError('BRIDGE_ERR_DAEMON_UNREACHABLE', 'The daemon does not answer', { retryable: true }),
      ),
    );
    result.then(resolve, reject).finally(() => timer.cancel());
  });
}

function tooMany(): string {
  return `Expected at most ${MAX_UPLOADS} uploads at a time: try again when one has been spoken`;
}
