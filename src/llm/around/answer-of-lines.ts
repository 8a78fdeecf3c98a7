import { type Clock, ProviderError, type Random, sleep } from '../../runtime/index.js';
import type { ChatPart, ChatRequest } from '../chat-model.js';
import type { ModelLine } from './model-line.js';

export interface AnswerOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly retries: number;
  readonly maxRetryDelayMs: number;
  readonly restMs: number;
  readonly onRetry: (line: ModelLine, error: ProviderError, delayMs: number) => void;
  readonly onFall: (from: ModelLine, to: ModelLine, error: ProviderError) => void;
  /** Its first text or call is there. */
  readonly onAnswer: (line: ModelLine) => void;
}

/** Before the first retry; doubles with each. */
const FIRST_DELAY_MS = 250;
/** Counted from the first try of an engine: after that nobody waits for it once more. */
export const RETRY_WITHIN_MS = 15_000;

/**
 * The answer of the first engine that gives one.
 *
 * Until there is text or a call nothing was said, so a fault is tried again, and then the next engine is asked; from then on it is
 * thrown, for nobody shall hear the same words twice. Thoughts go out at once (they are shown, not spoken); what must go back with
 * the message is held until the answer is sure to be this one. Waits half to all of a delay that doubles (so that many who failed
 * together do not come back together), or as long as the provider asks within `maxRetryDelayMs`.
 *
 * @param lines - at least one, the wanted one first.
 * @throws {ProviderError} what the last engine threw; the reason of the request's signal.
 */
export async function* answerOfLines(
  lines: readonly ModelLine[],
  request: ChatRequest,
  options: AnswerOptions,
): AsyncGenerator<ChatPart, void> {
  for (const [at, line] of lines.entries()) {
    const fault = yield* answerOfLine(line, request, options);
    if (fault === undefined) return;
    const next = lines[at + 1];
    // What one provider will not talk about is not carried to the next.
    if (next === undefined || fault.code === 'BRIDGE_ERR_LLM_FILTERED') throw fault;
    line.rest(options.restMs);
    options.onFall(line, next, fault);
  }
}

/** @returns Why it gave no answer at all; undefined: it did. */
async function* answerOfLine(
  line: ModelLine,
  request: ChatRequest,
  options: AnswerOptions,
): AsyncGenerator<ChatPart, ProviderError | undefined> {
  const { clock, onRetry } = options;
  const startedMs = clock.nowMs();
  for (let tries = 0; ; tries++) {
    const fault = yield* tryOf(line, request, options);
    if (fault === undefined) return undefined;
    const delayMs = delayBefore(tries, fault, options);
    const isLate = clock.nowMs() - startedMs > RETRY_WITHIN_MS;
    if (delayMs === undefined || isLate) return fault;
    onRetry(line, fault, delayMs);
    await sleep(clock, delayMs, request.signal);
  }
}

async function* tryOf(
  line: ModelLine,
  request: ChatRequest,
  { onAnswer }: AnswerOptions,
): AsyncGenerator<ChatPart, ProviderError | undefined> {
  let held: ChatPart[] | undefined = [];
  try {
    for await (const part of line.attempt(request)) {
      if (held === undefined || part.type === 'reasoning') {
        yield part;
        continue;
      }
      held.push(part);
      if (part.type !== 'text' && part.type !== 'call' && part.type !== 'end') continue;
      const first = held;
      held = undefined;
      onAnswer(line);
      yield* first;
    }
    return undefined;
  } catch (error) {
    if (held === undefined || !(error instanceof ProviderError)) throw error;
    return error;
  }
}

/** Undefined: it is not tried again. */
function delayBefore(
  tries: number,
  fault: ProviderError,
  { retries, maxRetryDelayMs, random }: AnswerOptions,
): number | undefined {
  if (tries >= retries || !fault.retryable) return undefined;
  const backoffMs = Math.min(maxRetryDelayMs, FIRST_DELAY_MS * 2 ** tries) * (0.5 + random() / 2);
  const delayMs = Math.max(backoffMs, fault.retryAfterMs ?? 0);
  return delayMs > maxRetryDelayMs ? undefined : delayMs;
}
