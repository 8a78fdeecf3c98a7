import { setMaxListeners } from 'node:events';
import { type Clock, type Logger, linkedSignal, orAborted, SILENT_LOGGER } from '../../runtime/index.js';
import { faultText } from '../result-text.js';
import type { TurnMetadata } from '../tool.js';
import type { Guard, GuardedPart, GuardOutcome, Guards, GuardVerdict, ResponseGuard } from './guard.js';

export interface GuardPorts {
  readonly clock: Clock;
  readonly log?: Logger;
}

const DEFAULT_TIMEOUT_MS = 3000;
/** Of what was let through, so that what is split over two pieces is found. */
const BEFORE_CHARS = 200;
const WHOLE: GuardedPart = { part: 'whole', before: '' };

/** What one guard said of a text. */
interface Said {
  readonly guard: Guard;
  readonly verdict: GuardVerdict;
}

/**
 * Joins guards into one.
 *
 * All look at the same text at once. The first that blocks ends it, and the others are told to stop. Where several replace, the first in
 * the list does, and the others that would have look at its text in turn, so that no replacement undoes another. A guard that throws,
 * takes too long or says nonsense means what its `onFault` says.
 */
export function createGuards(guards: readonly Guard[], ports: GuardPorts): Guards {
  return new JoinedGuards(guards, ports);
}

class JoinedGuards implements Guards {
  readonly #guards: readonly Guard[];
  readonly #clock: Clock;
  readonly #log: Logger;

  constructor(guards: readonly Guard[], { clock, log = SILENT_LOGGER }: GuardPorts) {
    this.#guards = guards;
    this.#clock = clock;
    this.#log = log;
  }

  has(on: 'request' | 'response'): boolean {
    return this.#guards.some((guard) => guard.on === on);
  }

  request(text: string, metadata: TurnMetadata, signal?: AbortSignal): Promise<GuardOutcome> {
    const guards = this.#guards.filter(({ on }) => on === 'request');
    return this.#ask(guards, text, { metadata, signal, part: WHOLE });
  }

  response(metadata: TurnMetadata, signal?: AbortSignal): ResponseGuard {
    const guards = this.#guards.filter(({ on }) => on === 'response');
    const forPieces = guards.filter(({ parts = 'piece' }) => parts !== 'whole');
    const forWhole = guards.filter(({ parts = 'piece' }) => parts !== 'piece');
    let before = '';
    let blocked: GuardOutcome | undefined;
    let queue: Promise<unknown> = Promise.resolve();
    const look = async (text: string): Promise<GuardOutcome> => {
      if (blocked !== undefined) return blocked;
      const outcome = await this.#ask(forPieces, text, { metadata, signal, part: { part: 'piece', before } });
      if (outcome.action === 'block') blocked = outcome;
      else before = (before + outcome.text).slice(-BEFORE_CHARS);
      return outcome;
    };
    return {
      piece: (text) => {
        // In order, since each is looked at with what went before it.
        const outcome = queue.then(() => look(text));
        queue = outcome.catch(() => {});
        return outcome;
      },
      whole: async (text) => blocked ?? this.#ask(forWhole, text, { metadata, signal, part: WHOLE }),
    };
  }

  async #ask(guards: readonly Guard[], text: string, asked: Asked): Promise<GuardOutcome> {
    asked.signal?.throwIfAborted();
    if (guards.length === 0) return { action: 'pass', text };
    const said = await this.#sayings(guards, text, asked);
    const block = said.find(({ verdict }) => verdict.action === 'block');
    if (block !== undefined) return this.#blocked(block);
    const replacing = said.filter(({ verdict }) => verdict.action === 'replace');
    const [first, ...others] = replacing;
    if (first === undefined || first.verdict.action !== 'replace') return { action: 'pass', text };
    const { verdict, guard } = first;
    this.#log.info({ guard: guard.name, reason: verdict.reason }, 'A guard replaced words');
    let replaced = verdict.text;
    for (const other of others) {
      const [again] = await this.#sayings([other.guard], replaced, asked);
      if (again?.verdict.action === 'block') return this.#blocked(again);
      if (again?.verdict.action === 'replace') replaced = again.verdict.text;
    }
    return { action: 'replace', text: replaced, guard: guard.name, reason: verdict.reason };
  }

  #blocked({ guard, verdict }: Said): GuardOutcome {
    const { text, reason } = verdict as Extract<GuardVerdict, { action: 'block' }>;
    this.#log.info({ guard: guard.name, reason }, 'A guard blocked words');
    return { action: 'block', text, guard: guard.name, reason };
  }

  /** What all say, in their order; only the first block, as soon as there is one. */
  async #sayings(guards: readonly Guard[], text: string, asked: Asked): Promise<readonly Said[]> {
    const enough = new AbortController();
    const { signal, release } = linkedSignal(
      enough.signal,
      ...(asked.signal === undefined ? [] : [asked.signal]),
    );
    // Each guard listens to it; that many are meant.
    setMaxListeners(0, signal);
    try {
      const sayings = guards.map(async (guard) => ({
        guard,
        verdict: await this.#verdict(guard, text, asked, signal),
      }));
      const firstBlock = new Promise<readonly Said[]>((resolve) => {
        for (const saying of sayings)
          saying.then(
            (said) => said.verdict.action === 'block' && resolve([said]),
            () => {},
          );
      });
      return await Promise.race([Promise.all(sayings), firstBlock]);
    } finally {
      enough.abort(new DOMException('Another guard has decided', 'AbortError'));
      release();
    }
  }

  async #verdict(guard: Guard, text: string, asked: Asked, signal: AbortSignal): Promise<GuardVerdict> {
    const { timeoutMs = DEFAULT_TIMEOUT_MS, name } = guard;
    const end = new AbortController();
    const timer = this.#clock.after(timeoutMs, () =>
      end.abort(new DOMException(`it took longer than ${timeoutMs} ms`, 'TimeoutError')),
    );
    const { signal: both, release } = linkedSignal(end.signal, signal);
    try {
      const given = Promise.resolve().then(() => guard.check(text, asked.metadata, both, asked.part));
      return checked(await orAborted(given, both));
    } catch (error) {
      signal.throwIfAborted();
      this.#log.warn(
        { guard: name, error: faultText(error), onFault: guard.onFault ?? 'block' },
        'A guard failed',
      );
      return guard.onFault === 'pass' ? { action: 'pass' } : { action: 'block', reason: 'the guard failed' };
    } finally {
      timer.cancel();
      release();
    }
  }
}

interface Asked {
  readonly metadata: TurnMetadata;
  readonly signal: AbortSignal | undefined;
  readonly part: GuardedPart;
}

function checked(verdict: GuardVerdict): GuardVerdict {
  const { action, text } = (verdict ?? {}) as { readonly action?: unknown; readonly text?: unknown };
  if (action === 'pass' || action === 'block') return verdict;
  if (action === 'replace' && typeof text === 'string') return verdict;
  throw new TypeError("it said something else than {action: 'pass' | 'replace' | 'block', text?}");
}
