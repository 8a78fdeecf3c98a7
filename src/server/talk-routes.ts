import type { IncomingMessage, ServerResponse } from 'node:http';
import { BridgeError, type Clock, errorText, type Logger } from '../runtime/index.js';
import { answerJson, answerText, HttpRefusal } from './http-answer.js';
import { targetOf } from './play-target.js';
import { checkSameSite } from './request-guard.js';
import type { Exchange, RouteTable } from './routes.js';
import { readPicture, readQuestion } from './talk-body.js';
import { newSession, sessionOf } from './talk-cookie.js';
import type { TalkEvent, TalkerPort, TalkPlace } from './talk-port.js';

export interface TalkRouteOptions {
  /** Undefined: nobody converses here. */
  readonly talker?: TalkerPort;
  readonly clock: Clock;
  readonly logger: Logger;
  /** A body of which nothing comes for so long is given up, milliseconds. */
  readonly uploadIdleMs: number;
}

const MAX_TURNS = 32;
/** Bodies may hold pictures: so many are in memory at a time. */
const MAX_BODIES = 8;
/** A reader that is this far behind reads nothing any more. */
const GIVE_UP_BYTES = 4 * 1024 * 1024;

/**
 * Conversations of pages: one for each page session, known by a cookie, and avatar.
 *
 * A turn goes on when its reader goes away: only `stop`, `forget` and the next question end it.
 */
export function talkRoutes(options: TalkRouteOptions): RouteTable {
  const { talker, clock, uploadIdleMs: idleMs } = options;
  if (talker === undefined) return {};
  const bodies = new Places(MAX_BODIES, 'Expected fewer messages at a time: try again in a moment');
  const turns = new Places(
    MAX_TURNS,
    `Expected at most ${MAX_TURNS} turns at a time: try again when one has ended`,
  );
  const placeOf = ({ request, query }: Exchange): TalkPlace | undefined => {
    const { lane } = targetOf(query);
    const session = sessionOf(request, (one) => talker.knows(one));
    return session === undefined ? undefined : { session, lane };
  };
  return {
    '/api/talk': {
      GET: (exchange) => {
        const { request, response } = exchange;
        checkSameSite(request);
        const place = placeOf(exchange);
        const said = place === undefined ? [] : talker.said(place);
        if (request.method === 'HEAD') answerText(response, 200, '', 'application/json');
        else answerJson(response, 200, { said });
      },
      POST: (exchange) =>
        turns.take(async () => {
          const { request, response } = exchange;
          const question = await bodies.take(() => readQuestion(request, { clock, idleMs }));
          const session = placeOf(exchange)?.session ?? begun(request, response);
          await converse({ session, lane: targetOf(exchange.query).lane }, question, talker, {
            response,
            logger: options.logger,
          });
        }),
    },
    '/api/talk/stop': {
      POST: (exchange) => {
        const place = placeOf(exchange);
        if (place !== undefined) talker.stop(place);
        answerJson(exchange.response, 200, {});
      },
    },
    '/api/talk/picture': {
      POST: async (exchange) => {
        const picture = await bodies.take(() => readPicture(exchange.request, { clock, idleMs }));
        const place = placeOf(exchange);
        if (place === undefined)
          throw new HttpRefusal(404, 'BRIDGE_ERR_VISION', 'There is no conversation that waits for it');
        talker.give(place, picture);
        answerJson(exchange.response, 200, {});
      },
    },
    '/api/talk/forget': {
      POST: async (exchange) => {
        const place = placeOf(exchange);
        if (place !== undefined) await talker.forget(place);
        answerJson(exchange.response, 200, {});
      },
    },
  };
}

function begun(request: IncomingMessage, response: ServerResponse): string {
  const { session, cookie } = newSession(request);
  response.setHeader('Set-Cookie', cookie);
  return session;
}

/** JSON lines of one turn. What fails before the first is an answer of its own. */
async function converse(
  place: TalkPlace,
  question: Parameters<TalkerPort['ask']>[1],
  talker: TalkerPort,
  { response, logger }: { readonly response: ServerResponse; readonly logger: Logger },
): Promise<void> {
  const lines = new TalkLines(response);
  try {
    await talker.ask(place, question, (event) => lines.tell(event));
  } catch (error) {
    if (!response.headersSent) throw error;
    logger.warn({ err: error }, 'A turn of the page broke off');
    const code = error instanceof BridgeError ? error.code : 'BRIDGE_ERR_STATE';
    lines.tell({ event: 'error', stage: 'turn', code, message: errorText(error) });
  }
  lines.end();
}

class TalkLines {
  readonly #response: ServerResponse;

  constructor(response: ServerResponse) {
    this.#response = response;
  }

  tell(event: TalkEvent): boolean {
    const response = this.#response;
    if (response.destroyed) return false;
    if (!response.headersSent) this.#begin();
    if (response.writableLength > GIVE_UP_BYTES) {
      response.destroy();
      return false;
    }
    response.write(`${JSON.stringify(event)}\n`);
    return true;
  }

  end(): void {
    if (this.#response.destroyed) return;
    if (!this.#response.headersSent) this.#begin();
    this.#response.end();
  }

  #begin(): void {
    this.#response.writeHead(200, {
      'Content-Type': 'application/x-ndjson; charset=utf-8',
      'Cache-Control': 'no-store',
    });
    this.#response.flushHeaders();
  }
}

/** So many at a time; one more is refused. */
class Places {
  readonly #max: number;
  readonly #refusal: string;
  #taken = 0;

  constructor(max: number, refusal: string) {
    this.#max = max;
    this.#refusal = refusal;
  }

  /** @throws {HttpRefusal} 503 */
  async take<T>(run: () => Promise<T>): Promise<T> {
    if (this.#taken >= this.#max)
      throw new HttpRefusal(503, 'BRIDGE_ERR_QUEUE_FULL', this.#refusal, { 'Retry-After': '1' });
    this.#taken++;
    try {
      return await run();
    } finally {
      this.#taken--;
    }
  }
}
