import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Logger, linkedSignal } from '../runtime/index.js';
import { answerError, answerJson, answerText, HttpRefusal } from './http-answer.js';
import { isFollowed, targetOf } from './play-target.js';
import { checkSameSite } from './request-guard.js';
import type { Exchange, RouteTable } from './routes.js';
import type { SayListener, SpeakerPort } from './speaker-port.js';

export interface SayRouteOptions {
  /** Undefined: nobody speaks texts here. */
  readonly speaker?: SpeakerPort;
  readonly logger: Logger;
  /** Aborted when the server closes. */
  readonly signal: AbortSignal;
}

interface SayBody {
  readonly text: string;
  readonly engine: string | undefined;
  readonly voice: string | undefined;
}

/** Ten minutes of speech. */
const MAX_TEXT_CHARS = 10_000;
const MAX_BODY_BYTES = 64 * 1024;
const MAX_NAME_CHARS = 200;
const MAX_SAYING = 8;
/** A reader of JSON lines that is this far behind gets no more positions. */
const BEHIND_BYTES = 64 * 1024;

/**
 * Texts to be spoken, and the voices there are.
 *
 * Listing voices asks engines, so no other site may make a browser do it. What is being said goes on when its asker goes away, as
 * uploads do.
 */
export function sayRoutes(options: SayRouteOptions): RouteTable {
  const { speaker } = options;
  if (speaker === undefined) return {};
  let saying = 0;
  let listing: ReturnType<SpeakerPort['engines']> | undefined;
  const list = (): ReturnType<SpeakerPort['engines']> => {
    listing ??= speaker.engines(options.signal).finally(() => {
      listing = undefined;
    });
    return listing;
  };
  return {
    '/api/voices': {
      GET: async ({ request, response }) => {
        checkSameSite(request);
        if (request.method === 'HEAD') answerText(response, 200, '', 'application/json');
        else answerJson(response, 200, { engines: await list() });
      },
    },
    '/api/say': {
      POST: async (exchange) => {
        if (saying >= MAX_SAYING) throw new HttpRefusal(503, 'BRIDGE_ERR_QUEUE_FULL', tooMany());
        saying++;
        try {
          await say(exchange, speaker, options);
        } finally {
          saying--;
        }
      },
    },
  };
}

async function say(
  { request, response, query }: Exchange,
  speaker: SpeakerPort,
  options: SayRouteOptions,
): Promise<void> {
  const { lane, ifBusy } = targetOf(query);
  const body = await readBody(request);
  // A text that is being synthesized when the server ends is over; what the daemon has is spoken.
  const { signal, release } = linkedSignal(options.signal);
  const answer = isFollowed(request) ? new Lines(response) : new Opening(response);
  try {
    const end = await speaker.say({ ...body, lane, ifBusy, signal }, answer);
    answer.ended(end);
  } catch (error) {
    if (!response.headersSent) throw error;
    answer.ended({ reason: 'failed', heardMs: 0, error });
  } finally {
    release();
  }
}

interface Ended {
  readonly reason: string;
  readonly heardMs: number;
  readonly error?: unknown;
}

/** One JSON object when it begins to be heard. */
class Opening implements SayListener {
  readonly #response: ServerResponse;
  #lane = '';

  constructor(response: ServerResponse) {
    this.#response = response;
  }

  onOpened(lane: string): void {
    this.#lane = lane;
  }

  onStarted(heardAtMs: number): void {
    answerJson(this.#response, 200, { lane: this.#lane, heardAtMs });
  }

  onHeard(): void {}

  onSentence(): void {}

  ended({ reason, error }: Ended): void {
    if (error !== undefined) answerError(this.#response, error);
    else answerJson(this.#response, 200, { lane: this.#lane, ended: reason });
  }
}

/** JSON lines from the beginning to the end. */
class Lines implements SayListener {
  readonly #response: ServerResponse;

  constructor(response: ServerResponse) {
    this.#response = response;
  }

  onOpened(lane: string): void {
    if (this.#response.destroyed) return;
    this.#response.writeHead(200, {
      'Content-Type': 'application/x-ndjson; charset=utf-8',
      'Cache-Control': 'no-store',
    });
    this.#line({ lane });
  }

  onStarted(heardAtMs: number): void {
    this.#line({ heardAtMs });
  }

  onHeard(heardMs: number): void {
    if (this.#response.writableLength < BEHIND_BYTES) this.#line({ heardMs });
  }

  onSentence(sentence: Parameters<SayListener['onSentence']>[0]): void {
    this.#line({ sentence });
  }

  ended({ reason, heardMs, error }: Ended): void {
    const failure = error === undefined ? {} : { error: errorBody(error) };
    this.#line({ ended: reason, heardMs, ...failure });
    this.#response.end();
  }

  #line(value: object): void {
    if (!this.#response.destroyed) this.#response.write(`${JSON.stringify(value)}\n`);
  }
}

function errorBody(error: unknown): { readonly code: string; readonly message: string } {
  const { code, message } = error as { readonly code?: unknown; readonly message?: unknown };
  return { code: typeof code === 'string' ? code : 'BRIDGE_ERR_STATE', message: String(message ?? error) };
}

/** @throws {HttpRefusal} 400, 413 */
async function readBody(request: IncomingMessage): Promise<SayBody> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of request as AsyncIterable<Buffer>) {
    bytes += piece.byteLength;
    if (bytes > MAX_BODY_BYTES) throw new HttpRefusal(413, 'BRIDGE_ERR_SPEECH_TEXT', tooLong());
    pieces.push(piece);
  }
  return bodyOf(Buffer.concat(pieces).toString('utf8'));
}

function bodyOf(json: string): SayBody {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    throw wrongBody();
  }
  if (typeof value !== 'object' || value === null) throw wrongBody();
  const { text, engine, voice } = value as Readonly<Record<string, unknown>>;
  if (typeof text !== 'string' || !isName(engine) || !isName(voice)) throw wrongBody();
  if (text.trim() === '')
    throw new HttpRefusal(400, 'BRIDGE_ERR_SPEECH_TEXT', 'Expected a text, got nothing to be said');
  if (text.length > MAX_TEXT_CHARS) throw new HttpRefusal(413, 'BRIDGE_ERR_SPEECH_TEXT', tooLong());
  return { text, engine, voice };
}

function isName(value: unknown): value is string | undefined {
  return value === undefined || (typeof value === 'string' && value !== '' && value.length <= MAX_NAME_CHARS);
}

function wrongBody(): HttpRefusal {
  return new HttpRefusal(
    400,
    'BRIDGE_ERR_USAGE',
    'Expected JSON such as {"text": "Hello"}, with "engine" and "voice" where one is chosen',
  );
}

function tooLong(): string {
  return `Expected a text of at most ${MAX_TEXT_CHARS} characters`;
}

function tooMany(): string {
  return `Expected at most ${MAX_SAYING} texts at a time: try again when one has been spoken`;
}
