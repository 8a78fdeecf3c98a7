import type { IncomingMessage, ServerResponse } from 'node:http';
import { BridgeError, errorText, type Logger, linkedSignal } from '../runtime/index.js';
import { answerJson, answerText, HttpRefusal } from './http-answer.js';
import type { MachinePort } from './machine-port.js';
import { checkSameSite, checkThisMachine } from './request-guard.js';
import type { Exchange, RouteTable } from './routes.js';

export interface MachineRouteOptions {
  /** Undefined: nothing is told. */
  readonly machine?: MachinePort;
  readonly logger: Logger;
  /** Whether nobody comes here without the key of an operator: then it is told to other machines too. @default never */
  readonly demandsKey?: () => boolean;
  /** Aborted when the server closes. */
  readonly signal: AbortSignal;
}

/**
 * What is told of the machine that the server runs on: devices, findings as JSON lines, a report.
 *
 * Only to browsers on that machine or with the key of an operator, since findings tell of programs, ports and paths, and to no other
 * site, since looking takes its time and may sound. One at a time looks; whoever goes away ends it.
 */
export function machineRoutes(options: MachineRouteOptions): RouteTable {
  const { machine } = options;
  if (machine === undefined) return {};
  let isLooking = false;
  let listing: ReturnType<MachinePort['listDevices']> | undefined;
  // Who asks while it is being listed gets the same: each listing starts half a dozen programs.
  const list = (): ReturnType<MachinePort['listDevices']> => {
    listing ??= machine.listDevices().finally(() => {
      listing = undefined;
    });
    return listing;
  };
  const guarded = (run: (exchange: Exchange) => Promise<void>) => async (exchange: Exchange) => {
    if (options.demandsKey?.() !== true) checkThisMachine(exchange.request);
    checkSameSite(exchange.request);
    // A question whether there is such a path looks at nothing.
    if (exchange.request.method === 'HEAD') answerText(exchange.response, 200, '', 'application/json');
    else await run(exchange);
  };
  const alone = (run: (exchange: Exchange) => Promise<void>) =>
    guarded(async (exchange) => {
      if (isLooking) throw busy();
      isLooking = true;
      try {
        await run(exchange);
      } finally {
        isLooking = false;
      }
    });
  return {
    '/api/devices': {
      GET: guarded(async ({ response }) => answerJson(response, 200, { lists: await list() })),
    },
    '/api/doctor': {
      GET: alone((exchange) => tellFindings(exchange, machine, options)),
    },
    '/api/doctor/bundle': {
      GET: alone(async ({ request, response, query }) => {
        const signal = untilGone(request, response, options.signal);
        const text = await machine.report({ tone: isTone(query), signal });
        response.setHeader('Content-Disposition', 'attachment; filename="mmdagent-bridge-report.json"');
        answerText(response, 200, text, 'application/json');
      }),
    },
  };
}

/** A line for each finding, then `{"done": true}`, or `{"error": …}` when it broke off. */
async function tellFindings(
  { request, response, query }: Exchange,
  machine: MachinePort,
  options: MachineRouteOptions,
): Promise<void> {
  const signal = untilGone(request, response, options.signal);
  const line = (value: object): void => void response.write(`${JSON.stringify(value)}\n`);
  response.writeHead(200, {
    'Content-Type': 'application/x-ndjson; charset=utf-8',
    'Cache-Control': 'no-store',
  });
  // At once, so that the page knows that it is being looked for.
  response.flushHeaders();
  try {
    for await (const finding of machine.examine({ tone: isTone(query), signal })) {
      if (response.destroyed) return;
      line(finding);
    }
    line({ done: true });
  } catch (error) {
    if (!signal.aborted) {
      options.logger.warn({ err: error }, 'Looking at the machine broke off');
      const code = error instanceof BridgeError ? error.code : 'BRIDGE_ERR_STATE';
      line({ error: { code, message: errorText(error) } });
    }
  }
  response.end();
}

/** Aborts when nobody reads the answer any more. */
function untilGone(request: IncomingMessage, response: ServerResponse, closing: AbortSignal): AbortSignal {
  const gone = new AbortController();
  if (request.destroyed && !request.complete) gone.abort();
  const { signal } = linkedSignal(gone.signal, closing);
  // Fires and lets go of both.
  response.once('close', () => gone.abort());
  return signal;
}

function isTone(query: URLSearchParams): boolean {
  return query.get('tone') === '1';
}

function busy(): HttpRefusal {
  return new HttpRefusal(
    409,
    'BRIDGE_ERR_QUEUE_FULL',
    'The machine is being looked at already: try again in a few seconds',
    { 'Retry-After': '5' },
  );
}
